@needs-outgoing
Feature: Mail to other servers travels under TLS where that is offered
  An eavesdropper in the path reads nothing, and what was said in clear before TLS binds nobody.

  @rfc3207-6-03 @rfc3207-4-07 @rfc3207-4.2-06 @rfc3207-4-09 @must
  Rule: STARTTLS is taken up, and the session begins anew under TLS

    Scenario Outline: A <certificate> certificate
      Given there.example has the mail exchanger mx1.there.example with a <certificate> certificate
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it under TLS
      And the client says to mx1.there.example:
        """
        EHLO mail.here.example
        STARTTLS
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>…
        …
        QUIT
        """
      And mx1.there.example finds nothing wrong with the client

      Examples: anything is better than clear text
        | certificate |
        | good        |
        | self-signed |

    Example: The administrator wants none
      Given the setting outgoing.tls is none
      And there.example has the mail exchanger mx1.there.example with a good certificate
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it in clear

  @rfc3207-4.2-04 @must
  Rule: What was offered before TLS is forgotten

    Example: Nothing is offered under TLS
      Given there.example has the mail exchanger mx1.there.example with a good certificate
      And mx1.there.example answers "250 mx1" to EHLO from the second time on
      When alice sends a message to bob@there.example
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        STARTTLS
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>
        RCPT TO:<bob@there.example>
        DATA
        …
        QUIT
        """
      And mx1.there.example finds nothing wrong with the client

    @rfc3207-4.2-08
    Example: STARTTLS is offered once more under TLS
      Given there.example has the mail exchanger mx1.there.example with a good certificate
      And mx1.there.example answers "250-mx1 / 250 STARTTLS" to EHLO from the second time on
      When alice sends a message to bob@there.example
      Then mx1.there.example hears STARTTLS once
      And mx1.there.example receives it under TLS

  @rfc3207-4.2-05 @must
  Rule: What came in clear behind the answer to STARTTLS is thrown away

    Example: An answer to EHLO is injected, with a limit that would stop the message
      Given there.example has the mail exchanger mx1.there.example with a good certificate
      And mx1.there.example answers "220 go on / 250-mx1 / 250 SIZE 10" to STARTTLS once
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it once, at this attempt or the next

  @rfc3207-4-08 @must
  Rule: When TLS does not come about the connection is given up

    Scenario Outline: The host <trouble> for the handshake
      Given there.example has the mail exchanger mx1.there.example with a good certificate
      And mx1.there.example <trouble> for the handshake
      When alice sends a message to bob@there.example
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        STARTTLS
        """
      And mx1.there.example receives it in clear, or the queue still holds the message for bob@there.example

      Examples: broken handshakes
        | trouble                  |
        | resets the connection    |

    Example: The host talks on in clear
      Given there.example has the mail exchanger mx1.there.example with a good certificate
      And mx1.there.example sends "250 mx1\r\n250 ok\r\n" for the handshake
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it in clear, or the queue still holds the message for bob@there.example

  @rfc3207-6-04 @should
  Rule: A host that refuses STARTTLS loses no mail

    Scenario Outline: STARTTLS is answered <reply>
      Given there.example has the mail exchanger mx1.there.example with a good certificate
      And mx1.there.example answers "<reply>" to STARTTLS
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it in clear
      And mx1.there.example finds nothing wrong with the client

      Examples: for now and for good
        | reply                      |
        | 454 TLS not available      |
        | 501 no                     |

  @rfc3207-6-01 @must
  Rule: Where TLS is demanded nothing goes without it

    @rfc5321-4.1.1.10-03
    Scenario Outline: A smarthost with the certificate: <certificate>
      Given everything goes through the smarthost smart.provider.example with:
        | tls         | required      |
        | certificate | <certificate> |
        | password    | none          |
      When alice sends a message to bob@there.example
      Then smart.provider.example hears MAIL never
      And smart.provider.example finds nothing wrong with the client
      And the queue still holds the message for bob@there.example

      Examples: no TLS at all
        | certificate |
        | none        |

      @rfc3207-4.1-01 @rfc3207-4.1-03 @rfc3207-6-05
      Examples: TLS with nobody in particular
        | certificate |
        | self-signed |
        | expired     |
        | wrong-name  |

    Example: STARTTLS is refused by a smarthost that should have it
      Given everything goes through the smarthost smart.provider.example with:
        | tls      | required |
        | password | none     |
      And smart.provider.example answers "454 not now" to STARTTLS
      When alice sends a message to bob@there.example
      Then smart.provider.example hears MAIL never
      And the queue still holds the message for bob@there.example
