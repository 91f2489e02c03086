@needs-outgoing
Feature: Internationalised mail goes only where it is understood
  An address in UTF-8 must not reach a server that reads only ASCII, and mail that needs nothing new is sent as ever.

  @rfc6531-3.4-01 @rfc6531-3.1-02 @must @needs-smtputf8
  Rule: SMTPUTF8 is said where the envelope or the header needs it

    Scenario Outline: The keyword comes as "<keyword>"
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example answers "250-mx1 / 250-8BITMIME / 250 <keyword>" to EHLO
      When alice submits a message with SMTPUTF8 to bøb@there.example
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value |
        | MAIL    | SMTPUTF8  |       |

      Examples: with and without words behind it
        | keyword          |
        | SMTPUTF8         |
        | SMTPUTF8 a b=c 7 |
        | smtputf8         |

    @rfc6152-3-03
    Example: Only the header holds UTF-8
      Given there.example has the mail exchanger mx1.there.example
      When alice submits a message with SMTPUTF8 and the subject Grüße to bob@there.example
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value |
        | MAIL    | SMTPUTF8  |       |
      And mx1.there.example finds nothing wrong with the client

  @rfc6531-3.2-07 @rfc6531-3.4-02 @must @needs-smtputf8
  Rule: Mail that needs no SMTPUTF8 is sent without it

    Example: It was declared, and nothing in it needs it
      Given there.example has the mail exchanger mx1.there.example
      When alice submits a message with SMTPUTF8 to bob@there.example
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value    |
        | MAIL    | SMTPUTF8  | (absent) |

    Example: To a host that does not know it
      Given there.example has the mail exchanger mx1.there.example that offers only SIZE
      When alice submits a message with SMTPUTF8 to bob@there.example
      Then mx1.there.example receives it after EHLO
      And mx1.there.example finds nothing wrong with the client

    @rfc6531-3.7-01
    Example: An internationalised domain has an ASCII form
      Given xn--drt-sna.example has the mail exchanger mx1.there.example that offers only SIZE
      When alice submits a message with SMTPUTF8 to bob@dört.example
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>…
        RCPT TO:<bob@xn--drt-sna.example>
        DATA
        …
        QUIT
        """
      And mx1.there.example hears no octet beyond ASCII

  @rfc6531-3.2-04 @rfc6531-3.2-05 @rfc5321-2.4-12 @must @needs-smtputf8
  Rule: Nothing in UTF-8 is said to a host that does not offer SMTPUTF8

    Scenario Outline: <what>
      Given there.example has the mail exchanger mx1.there.example that withholds SMTPUTF8
      When alice submits a message with SMTPUTF8 <what>
      Then mx1.there.example hears no octet beyond ASCII
      And mx1.there.example receives nothing
      And mx1.there.example finds nothing wrong with the client
      And alice is notified once that <recipient> failed

      Examples: in an address, in the header
        | what                                        | recipient         |
        | to bøb@there.example                        | bøb@there.example |
        | and the subject Grüße to bob@there.example  | bob@there.example |

    Example: The sender's address needs it, and nothing else
      Given there.example has the mail exchanger mx1.there.example that withholds SMTPUTF8
      When alice submits a message from "<jürgen@here.example> SMTPUTF8" to "<bob@there.example>"
      Then mx1.there.example hears no octet beyond ASCII
      And mx1.there.example hears MAIL never

    @rfc6531-3.2-06
    Example: The second mail exchanger offers it
      Given there.example has the mail exchanger mx1.there.example that withholds SMTPUTF8
      And there.example has the mail exchangers:
        | preference | host              |
        | 20         | mx2.there.example |
      When alice submits a message with SMTPUTF8 to bøb@there.example
      Then mx2.there.example receives it, or alice is notified once that bøb@there.example failed
      And mx1.there.example hears no octet beyond ASCII

    Example: One recipient needs it, the other does not
      Given there.example has the mail exchanger mx1.there.example that withholds SMTPUTF8
      When alice submits a message with SMTPUTF8 to bøb@there.example and dan@there.example
      Then mx1.there.example hears no octet beyond ASCII
      And mx1.there.example receives it, or alice is notified once that dan@there.example failed
      And alice is notified once that bøb@there.example failed

  @rfc6531-3.7.4.1-02 @must
  Rule: Replies may hold UTF-8

    Scenario Outline: <reply> to RCPT
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example answers "<reply>" to RCPT
      When alice sends a message to bob@there.example
      Then <outcome>
      And mx1.there.example finds nothing wrong with the client

      Examples: a forwarding address
        | reply                                   | outcome                                              |
        | 251 will forward to <bøb@dört.example>  | mx1.there.example receives it once                   |
        | 551 5.1.6 try <bøb@dört.example>        | alice is notified once that bob@there.example failed |
