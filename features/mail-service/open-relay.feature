Feature: The server is not an open relay
  A server that relays for anybody is used to send junk. With neither a method of authentication nor a trusted
  host the server is one: it must say so loudly, and not show itself beyond its own machine. With either, nobody
  gets mail through it by writing an address in a clever way.

  @mail-service-19
  Rule: With neither a method of authentication nor a trusted host anybody can relay, and the server says so

    Example: The server warns
      Given authentication is off and trusted hosts are not set
      When the server starts
      Then it warns that it is an open relay

    Example: A stranger's mail passes through to a third server
      Given authentication is off and trusted hosts are not set
      And there.example has the mail exchanger mx1.there.example
      When a stranger sends a message to bob@there.example
      Then the message is accepted
      And mx1.there.example receives it for bob@there.example

    Scenario Outline: Authentication <authentication>, trusted hosts <trusted hosts>: no warning
      Given authentication is <authentication> and trusted hosts are <trusted hosts>
      When the server starts
      Then it does not warn of an open relay

      Examples: one of the two is enough
        | authentication | trusted hosts |
        | on             | set           |
        | on             | not set       |
        | off            | set           |

    Example: All hosts of the other kind of address are trusted
      Given the setting relay.trustedHosts is ["::/0"]
      When the server starts
      Then it warns that it is an open relay

    @needs-apply
    Example: It becomes one by a change of settings
      Given the server runs
      When the administrator tries to set relay.trustedHosts to [] and authentication.methods to []
      Then it warns that it is an open relay

    Example: At the users' doors too, where nobody could show who he is
      Given authentication is off and trusted hosts are not set
      Then this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<mallory@elsewhere.example>
        S: 250
        C: RCPT TO:<bob@there.example>
        S: 250
        C: QUIT
        S: 221
        """

  @mail-service-20
  Rule: An open relay listens beyond loopback only when the administrator has acknowledged it

    Example: It refuses to listen on all addresses
      Given authentication is off and trusted hosts are not set
      And the setting listeners is [{"role": "relay", "address": "0.0.0.0", "port": 0}]
      When the server starts
      Then the server refuses to start and says why

    Example: The administrator has acknowledged it
      Given authentication is off and trusted hosts are not set
      And the setting listeners is [{"role": "relay", "address": "0.0.0.0", "port": 0}]
      And the setting relay.acknowledgeOpenRelay is true
      When the server starts
      Then it warns that it is an open relay

    @needs-apply
    Example: A running server does not become one by a change of settings
      Given the setting listeners is [{"role": "relay", "address": "0.0.0.0", "port": 0}]
      And the server runs
      When the administrator tries to set relay.trustedHosts to [] and authentication.methods to []
      Then the change is refused and says why

  @mail-service-21
  Rule: No form of an address makes a stranger's mail pass

    Scenario Outline: A stranger at a server that <closed by>: <recipient>
      Given <setting>
      And there.example has the mail exchanger mx1.there.example
      When mallory offers a message from <mallory@elsewhere.example> to <recipient>
      Then the offer does not reach mx1.there.example

      Examples: recipient forms that once opened relays, with authentication on and nobody trusted
        | closed by             | setting            | recipient                                |
        | asks for passwords    | no host is trusted | <bob@there.example>                      |
        | asks for passwords    | no host is trusted | <bob%there.example@here.example>         |
        | asks for passwords    | no host is trusted | <bob%there.example@[{server}]>           |
        | asks for passwords    | no host is trusted | <"bob@there.example">                    |
        | asks for passwords    | no host is trusted | <"bob%there.example">                    |
        | asks for passwords    | no host is trusted | <"bob@there.example"@here.example>       |
        | asks for passwords    | no host is trusted | <"bob%there.example"@here.example>       |
        | asks for passwords    | no host is trusted | <@here.example:bob@there.example>        |
        | asks for passwords    | no host is trusted | <@[{server}]:bob@there.example>          |
        | asks for passwords    | no host is trusted | <bob@there.example@here.example>         |
        | asks for passwords    | no host is trusted | <bob@there.example@[{server}]>           |
        | asks for passwords    | no host is trusted | <there.example!bob>                      |
        | asks for passwords    | no host is trusted | <there.example!bob@here.example>         |
        | asks for passwords    | no host is trusted | <there.example!bob@[{server}]>           |
        | asks for passwords    | no host is trusted | <mail.here.example!there.example!bob>    |
        | asks for passwords    | no host is trusted | <bob@[127.0.0.1]>                        |
        | asks for passwords    | no host is trusted | <bob%there.example>                      |
        | asks for passwords    | no host is trusted | <"bob"@there.example>                    |

      Examples: the same where only a network is trusted
        | closed by             | setting                               | recipient                          |
        | trusts only a network | no method of authentication is chosen | <bob@there.example>                |
        | trusts only a network | no method of authentication is chosen | <bob%there.example@here.example>   |
        | trusts only a network | no method of authentication is chosen | <"bob@there.example"@here.example> |
        | trusts only a network | no method of authentication is chosen | <@here.example:bob@there.example>  |
        | trusts only a network | no method of authentication is chosen | <there.example!bob@here.example>   |

  @mail-service-22
  Rule: No form of a sender makes a stranger's mail pass

    Scenario Outline: The sender claims to be <sender>
      Given there.example has the mail exchanger mx1.there.example
      When mallory offers a message from <sender> to <bob@there.example>
      Then the offer does not reach mx1.there.example

      Examples: senders that once opened relays
        | sender                                |
        | <>                                    |
        | <alice@here.example>                  |
        | <alice@[{server}]>                    |
        | <postmaster@here.example>             |
        | <alice@mail.here.example>             |
        | <alice@[127.0.0.1]>                   |
        | <bob@there.example>                   |
        | <@here.example:mallory@there.example> |
