Feature: Relaying needs authentication or a trusted host
  Mail that passes through to a third server is relayed only for those who have shown who they are, or whose
  host the administrator trusts. Nobody's mail for local users is touched by that.

  Background:
    Given there.example has the mail exchanger mx1.there.example

  @mail-service-13
  Rule: Each method of authentication lets a user relay

    Scenario Outline: A user authenticates with <method>
      Given alice authenticates with <method>
      When alice sends a message to bob@there.example
      Then the message is accepted
      And mx1.there.example receives it for bob@there.example

      Examples: the methods that common clients know
        | method   |
        | PLAIN    |
        | LOGIN    |
        | CRAM-MD5 |
    # SCRAM-SHA-256 is in features/security/authentication.feature, on the wire: common client libraries do not speak it.

    Example: A user submits over implicit TLS
      Given alice submits over implicit TLS
      When alice sends a message to bob@there.example
      Then the message is accepted
      And mx1.there.example receives it for bob@there.example

  @mail-service-14
  Rule: A trusted host relays without authentication

    Example: A host of the trusted network
      When a trusted host sends a message to bob@there.example
      Then the message is accepted
      And mx1.there.example receives it for bob@there.example

    Example: The network is no longer trusted
      Given no host is trusted
      When a trusted host sends a message to bob@there.example
      Then the message is refused permanently
      And mx1.there.example is not contacted

    Example: Other networks are trusted
      Given the setting relay.trustedHosts is ["10.0.0.0/8", "126.0.0.0/8", "2001:db8::/32"]
      When a stranger sends a message to bob@there.example
      Then the message is refused permanently
      And mx1.there.example is not contacted

  @mail-service-15
  Rule: A stranger does not relay

    Example: A stranger writes to another server's user
      When a stranger sends a message to bob@there.example
      Then the message is refused permanently
      And mx1.there.example is not contacted

    Example: A stranger in the name of a local user
      When mallory sends a message from <alice@here.example> to bob@there.example
      Then the message is refused permanently
      And mx1.there.example is not contacted

    Example: Of a stranger's two recipients only the local one is accepted
      When a stranger sends a message to alice@here.example and bob@there.example
      Then the recipient alice@here.example is accepted
      And the recipient bob@there.example is refused permanently
      And alice finds the message in the mailbox
      And mx1.there.example is not contacted

  @mail-service-16
  Rule: A wrong password opens nothing

    Example: A user with a wrong password
      When a user with a wrong password sends a message to bob@there.example
      Then the message is refused with 535 5.7.8
      And mx1.there.example is not contacted

  @mail-service-17
  Rule: Credentials do not cross the network in clear where TLS is demanded

    Example: Before TLS no method that shows the password is offered
      Given the methods of authentication are PLAIN and LOGIN
      When a stranger opens a session on the submission listener
      Then the server does not offer AUTH

    Example: Before TLS no method that shows the password is accepted
      Given the methods of authentication are PLAIN and LOGIN
      Then this conversation holds on the submission listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=
        S: 5yz
        C: QUIT
        S: 221
        """

    Example: Mail without TLS is not taken either
      Given alice is an authenticated user
      And alice does not use TLS
      When alice sends a message to bob@there.example
      Then the message is refused permanently
      And mx1.there.example is not contacted

  @mail-service-18
  Rule: Who may relay is decided by authentication, trusted hosts and nothing else

    Scenario Outline: Authentication <authentication>, trusted hosts <trusted hosts>: <sender> writes to a local user
      Given authentication is <authentication> and trusted hosts are <trusted hosts>
      When <sender> sends a message to carol@here.example
      Then the message is accepted
      And carol finds the message in the mailbox

      Examples: delivery to local users is always accepted
        | authentication | trusted hosts | sender                |
        | on             | set           | a stranger            |
        | on             | set           | a trusted host        |
        | on             | set           | an authenticated user |
        | on             | not set       | a stranger            |
        | on             | not set       | a trusted host        |
        | on             | not set       | an authenticated user |
        | off            | set           | a stranger            |
        | off            | set           | a trusted host        |
        | off            | not set       | a stranger            |
        | off            | not set       | a trusted host        |
    # With authentication off nobody can be an authenticated user; what becomes of who tries is below.

    Scenario Outline: Authentication <authentication>, trusted hosts <trusted hosts>: <sender> may write to another server
      Given authentication is <authentication> and trusted hosts are <trusted hosts>
      When <sender> sends a message to bob@there.example
      Then the message is accepted
      And mx1.there.example receives it for bob@there.example

      Examples: those who have shown who they are, the trusted, and everybody at an open relay
        | authentication | trusted hosts | sender                |
        | on             | set           | a trusted host        |
        | on             | set           | an authenticated user |
        | on             | not set       | an authenticated user |
        | off            | set           | a trusted host        |
        | off            | not set       | a stranger            |
        | off            | not set       | a trusted host        |

    Scenario Outline: Authentication <authentication>, trusted hosts <trusted hosts>: <sender> may not write to another server
      Given authentication is <authentication> and trusted hosts are <trusted hosts>
      When <sender> sends a message to bob@there.example
      Then the message is refused permanently
      And mx1.there.example is not contacted

      Examples: everybody else
        | authentication | trusted hosts | sender         |
        | on             | set           | a stranger     |
        | on             | not set       | a stranger     |
        | on             | not set       | a trusted host |
        | off            | set           | a stranger     |

    Scenario Outline: Authentication <authentication>, trusted hosts <trusted hosts>: <sender> writes to both
      Given authentication is <authentication> and trusted hosts are <trusted hosts>
      When <sender> sends a message to carol@here.example and bob@there.example
      Then the recipient carol@here.example is accepted
      And the recipient bob@there.example is accepted
      And carol finds the message in the mailbox
      And mx1.there.example receives it for bob@there.example

      Examples: both recipients are served
        | authentication | trusted hosts | sender                |
        | on             | set           | a trusted host        |
        | on             | set           | an authenticated user |
        | on             | not set       | an authenticated user |
        | off            | set           | a trusted host        |
        | off            | not set       | a stranger            |
        | off            | not set       | a trusted host        |

    Scenario Outline: Authentication <authentication>, trusted hosts <trusted hosts>: <sender> writes to both and only the local one is served
      Given authentication is <authentication> and trusted hosts are <trusted hosts>
      When <sender> sends a message to carol@here.example and bob@there.example
      Then the recipient carol@here.example is accepted
      And the recipient bob@there.example is refused permanently
      And carol finds the message in the mailbox
      And mx1.there.example is not contacted

      Examples: relaying is refused, delivery is not
        | authentication | trusted hosts | sender         |
        | on             | set           | a stranger     |
        | on             | not set       | a stranger     |
        | on             | not set       | a trusted host |
        | off            | set           | a stranger     |

    Scenario Outline: Authentication <authentication>, trusted hosts <trusted hosts>: a user with a wrong password writes to <recipients>
      Given authentication is <authentication> and trusted hosts are <trusted hosts>
      When a user with a wrong password sends a message to <recipients>
      Then the message is refused permanently
      And mx1.there.example is not contacted
      And carol finds nothing

      Examples: the submission ends where the authentication fails
        | authentication | trusted hosts | recipients                              |
        | on             | set           | carol@here.example                      |
        | on             | set           | bob@there.example                       |
        | on             | set           | carol@here.example and bob@there.example |
        | on             | not set       | carol@here.example                      |
        | on             | not set       | bob@there.example                       |
        | on             | not set       | carol@here.example and bob@there.example |
        | off            | set           | carol@here.example                      |
        | off            | set           | bob@there.example                       |
        | off            | set           | carol@here.example and bob@there.example |
        | off            | not set       | bob@there.example                       |
