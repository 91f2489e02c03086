Feature: Trusted hosts are named as the administrator knows them
  By address, by network in any of its ways of writing, or by a name that the DNS confirms both ways; never by what a client says of itself.

  @rfc2505-2.1-02 @must
  Rule: The right to relay can rest on the domain of the recipient, the client's address, or the client's name

    Scenario Outline: <what>
      Given the setting relay.trustedHosts is ["192.0.2.7", "<entry>"]
      And mallory's host is called <name>
      When mallory sends a message to bob@there.example
      Then the message is refused permanently

      Examples: names that are not meant
        | what                          | entry            | name                                |
        | another name                  | inside.example   | outside.example                     |
        | a name below it               | inside.example   | host.inside.example                 |
        | the name above                | *.inside.example | inside.example                      |
        | a name that goes on elsewhere | *.inside.example | a.inside.example.elsewhere.example  |

    Example: The client's host has the name
      Given the setting relay.trustedHosts is ["192.0.2.7", "host.inside.example"]
      And there.example has the mail exchanger mx1.there.example
      And mallory's host is called Host.Inside.example
      When mallory sends a message to bob@there.example
      Then mx1.there.example receives it for bob@there.example

    Example: The owner of the address says so, and the owner of the name does not
      Given the setting relay.trustedHosts is ["192.0.2.7", "host.inside.example"]
      And mallory's host calls itself host.inside.example, which knows nothing of it
      When mallory sends a message to bob@there.example
      Then the message is refused permanently

    Example: The client says so
      Given the setting relay.trustedHosts is ["192.0.2.7", "host.inside.example"]
      And mallory's host is called outside.example
      Then this conversation holds for mallory:
        """
        S: 220
        C: EHLO host.inside.example
        S: 250
        C: MAIL FROM:<alice@host.inside.example>
        S: 250
        C: RCPT TO:<bob@there.example>
        S: 5yz
        """

  @rfc2505-2.1-05 @must
  Rule: Names can be meant by a star, networks by stars or by the length of a prefix

    Example: Everything below a name
      Given the setting relay.trustedHosts is ["192.0.2.7", "*.inside.example"]
      And there.example has the mail exchanger mx1.there.example
      And mallory's host is called a.b.inside.example
      When mallory sends a message to bob@there.example
      Then mx1.there.example receives it for bob@there.example

    Scenario Outline: <form>
      Given mallory's network is trusted in the form <form>
      And there.example has the mail exchanger mx1.there.example
      When mallory sends a message to bob@there.example
      Then mx1.there.example receives it for bob@there.example

      Examples: 127.1.2.3 in five ways
        | form         |
        | 127.*.*.*    |
        | 127.1.*.*    |
        | 127.1.2.*    |
        | 127.1.0.0/13 |
        | 127.1.2.3    |

    Scenario Outline: Not <form>
      Given mallory's network is trusted in the form <form>
      When mallory sends a message to bob@there.example
      Then the message is refused permanently

      Examples: somebody else's
        | form      |
        | 128.*.*.* |
        | 127.2.*.* |
        | 127.1.3.* |

    Scenario Outline: <form> is a network of IPv4 in the clothes of IPv6
      Given the server is one of our own
      And mallory's network is trusted in the form <form>
      And there.example has the mail exchanger mx1.there.example
      When mallory sends a message to bob@there.example
      Then mx1.there.example receives it for bob@there.example

      Examples: as servers that listen to both kinds tell it
        | form                 |
        | ::ffff:127.1.2.3     |
        | ::ffff:127.1.0.0/109 |

    Scenario Outline: Not <form> either
      Given the server is one of our own
      And mallory's network is trusted in the form <form>
      When mallory sends a message to bob@there.example
      Then the message is refused permanently

      Examples: somebody else's, and one that is no network of IPv4
        | form                 |
        | ::ffff:127.1.3.0/120 |
        | ::ffff:127.1.2.3/95  |
