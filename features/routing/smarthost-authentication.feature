Feature: The smarthost is told who we are without telling anybody else
  The password of a relay account opens a provider's door; it must reach that provider and nobody else.

  @rfc4954-4-01 @rfc4954-4-32 @must
  Rule: The best method that both sides know is used, and answered as its RFC says

    Scenario Outline: The smarthost offers <methods>
      Given everything goes through the smarthost smart.provider.example with:
        | methods | <methods> |
      When alice sends a message to bob@there.example
      Then smart.provider.example receives it authenticated
      And the client says to smart.provider.example:
        """
        EHLO mail.here.example
        STARTTLS
        EHLO mail.here.example
        AUTH <used>…
        …
        QUIT
        """
      And smart.provider.example finds nothing wrong with the client

      Examples: from the best to the plainest
        | methods                                | used          |
        | PLAIN, LOGIN, CRAM-MD5 and SCRAM-SHA-256 | SCRAM-SHA-256 |
        | PLAIN, LOGIN and CRAM-MD5              | CRAM-MD5      |
        | LOGIN and PLAIN                        | PLAIN         |
        | LOGIN                                  | LOGIN         |

      @rfc5802-6-08 @rfc5802-5.1-01
      Examples: SCRAM without channel binding, also where PLUS is offered
        | methods                                | used                 |
        | SCRAM-SHA-256                          | SCRAM-SHA-256 bi |
        | SCRAM-SHA-256-PLUS and SCRAM-SHA-256   | SCRAM-SHA-256 bi |

    Example: A smarthost that offers nothing we know is not sent anything
      Given everything goes through the smarthost smart.provider.example with:
        | methods | GSSAPI and XOAUTH2 |
      When alice sends a message to bob@there.example
      Then smart.provider.example hears AUTH never
      And smart.provider.example hears MAIL never
      And the queue still holds the message for bob@there.example

    Scenario Outline: Words of old times, alone and beside those of today: <offer>
      Given the server is one of our own
      And everything goes through the smarthost smart.provider.example with:
        | methods     | PLAIN |
        | tls         | none  |
        | certificate | none  |
      And smart.provider.example answers "<offer>" to EHLO
      When alice sends a message to bob@there.example
      Then smart.provider.example hears AUTH once
      And smart.provider.example hears MAIL <mail>

      # The simulated host itself understands no more than today's word.
      Examples: before RFC 2554 there was an equals sign
        | offer                                       | mail  |
        | 250-smart / 250 AUTH=PLAIN LOGIN            | never |
        | 250-smart / 250-AUTH PLAIN / 250 AUTH=FANCY | once  |

    @mail-service-24
    Example: A wrong password returns no mail: it is our own mistake
      Given everything goes through the smarthost smart.provider.example with:
        | its password | another one |
      When alice sends a message to bob@there.example
      Then smart.provider.example hears MAIL never
      And the queue still holds the message for bob@there.example
      And no notification is sent

    @rfc5802-5-03
    Example: A smarthost that says yes without having proved that it knows the password
      Given everything goes through the smarthost smart.provider.example with:
        | methods | SCRAM-SHA-256 |
      And smart.provider.example answers "235 2.7.0 welcome" to a challenge
      When alice sends a message to bob@there.example
      Then smart.provider.example hears MAIL never
      And the queue still holds the message for bob@there.example

    @rfc4954-6-06 @mail-service-24
    Scenario Outline: <reply> to AUTH is no reason to return mail either
      Given everything goes through the smarthost smart.provider.example with:
        | methods | PLAIN |
      And smart.provider.example answers "<reply>" to AUTH once
      And a message from alice to bob@there.example is queued after 1 failed attempt
      When the next attempt is due
      Then smart.provider.example receives it authenticated
      And no notification is sent

      Examples: it passes, or somebody sets it right
        | reply                     |
        | 454 4.7.0 try again later |
        | 421 4.3.0 closing         |
        | 535 5.7.8 no              |
        | 500 5.5.6 too long        |

  @should
  Rule: A word on the method is none on the password: the next best is tried

    Scenario Outline: After <reply> the next best method is tried
      Given everything goes through the smarthost smart.provider.example with:
        | methods | CRAM-MD5 and PLAIN |
      And smart.provider.example answers "<reply>" to AUTH once
      When alice sends a message to bob@there.example
      Then smart.provider.example receives it authenticated

      @rfc4954-6-07
      Examples: what RFC 4954 speaks of
        | reply                        |
        | 534 5.7.9 too weak for you   |

      @mail-service-24
      Examples: what means the same
        | reply                        |
        | 504 5.5.4 not that one today |

  @rfc5802-5-03 @rfc5802-5.1-07 @mail-service-24 @must
  Rule: A server that does not prove itself in SCRAM gets nothing

    Scenario Outline: Its <fault> is wrong
      Given everything goes through the smarthost smart.provider.example with:
        | methods | SCRAM-SHA-256 |
        | scram   | <fault>       |
      When alice sends a message to bob@there.example
      Then smart.provider.example hears MAIL never
      And the queue still holds the message for bob@there.example

      Examples: what a liar cannot know
        | fault     |
        | nonce     |
        | signature |

  @rfc5802-5.1-18 @should
  Rule: Passwords are prepared before they are used

    Example: A password that looks different and is the same
      Given everything goes through the smarthost smart.provider.example with:
        | methods      | SCRAM-SHA-256 |
        | password     | pass¬word­ Ⅸ  |
        | its password | pass¬word IX  |
      When alice sends a message to bob@there.example
      Then smart.provider.example receives it authenticated

  @must
  Rule: Challenges are taken as they come

    @rfc4954-4-09
    Example: A response too long for one line waits for the challenge
      Given everything goes through the smarthost smart.provider.example with:
        | methods  | PLAIN |
        | password | 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789 |
      When alice sends a message to bob@there.example
      Then the client says to smart.provider.example:
        """
        EHLO mail.here.example
        STARTTLS
        EHLO mail.here.example
        AUTH PLAIN
        …
        QUIT
        """
      And smart.provider.example receives it authenticated

    @rfc4954-4-15
    Example: A challenge that is no base64 is answered with *
      Given everything goes through the smarthost smart.provider.example with:
        | methods | CRAM-MD5 |
      And smart.provider.example answers "334 @@@" to a challenge
      When alice sends a message to bob@there.example
      Then the client says to smart.provider.example:
        """
        EHLO mail.here.example
        STARTTLS
        EHLO mail.here.example
        AUTH CRAM-MD5
        *
        QUIT
        """
      And the queue still holds the message for bob@there.example

    @rfc4954-4-34
    Example: A challenge too long for one line of 512 octets is answered
      Given everything goes through the smarthost smart.provider.example with:
        | methods | CRAM-MD5 |
      And smart.provider.example asks a challenge of 700 octets
      When alice sends a message to bob@there.example
      Then smart.provider.example hears the answer to it

  @rfc4954-14-01 @must
  Rule: The password is shown only to a host that proved its name

    Scenario Outline: The certificate is <certificate>, TLS is <tls>
      Given everything goes through the smarthost smart.provider.example with:
        | methods     | PLAIN and LOGIN |
        | tls         | <tls>           |
        | certificate | <certificate>   |
      When alice sends a message to bob@there.example
      Then smart.provider.example hears AUTH never
      And smart.provider.example hears MAIL never
      And the queue still holds the message for bob@there.example

      Examples: nobody in particular
        | tls           | certificate |
        | required      | self-signed |
        | required      | expired     |
        | required      | wrong-name  |
        | opportunistic | self-signed |
        | implicit      | self-signed |
        | implicit      | wrong-name  |

    @rfc4954-14-02 @rfc4954-14-03 @rfc4954-14-04 @rfc7817-3-02 @rfc7817-3-03 @rfc7817-3-06
    Scenario Outline: The settings say <called>, the certificate <named>
      Given everything goes through the smarthost smart.provider.example with:
        | called | <called> |
        | named  | <named>  |
      When alice sends a message to bob@there.example
      Then smart.provider.example hears AUTH <often>

      Examples: names that the DNS gave do not count; a star is one label
        | called                  | named                  | often |
        | mail.provider.example   | smart.provider.example | never |
        | mail.provider.example   | mail.provider.example  | once  |
        | mail.provider.example   | *.provider.example     | once  |
        | a.mail.provider.example | *.provider.example     | never |
        | mail.provider.example   | *.example              | never |
        | mail.provider.example   | m*.provider.example    | never |

    @rfc7817-3-04
    Example: The certificate names the host only in a URI, as no certificate of a mail server does
      Given everything goes through the smarthost smart.provider.example with:
        | named | smtp://smart.provider.example |
      When alice sends a message to bob@there.example
      Then smart.provider.example hears AUTH never
      And the queue still holds the message for bob@there.example
