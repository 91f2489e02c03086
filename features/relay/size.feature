@needs-outgoing
Feature: Sizes and places are honoured
  The other server may have a limit, a full disk or a full mailbox; each answer says for whom and for how long.

  @rfc1870-5-02 @rfc1870-6-02 @rfc5321-4.5.3.1.7-03 @must
  Rule: SIZE is the content's octets, line ends counted, transparency not

    Scenario Outline: The message "<message>"
      Given there.example has the mail exchanger mx1.there.example that offers only SIZE and 8BITMIME
      When alice sends the message "<message>" to bob@there.example
      Then mx1.there.example was told the true size, or more

      Examples: what could be counted wrongly
        | message      |
        | leading-dots |
        | empty-lines  |
        | eight-bit    |

  @rfc1870-7-04 @rfc5321-4.5.3.1-02 @must
  Rule: What is larger than the host's limit is not sent to it

    Example: The limit is 1,000 octets
      Given there.example has the mail exchanger mx1.there.example with a limit of 1000 octets
      When alice sends a message of 5000 octets to bob@there.example
      Then mx1.there.example is not asked for more than 1000 octets
      And alice is notified once that bob@there.example failed
      And the queue is empty

    Example: The limit is its size and what an estimate may add
      Given there.example has the mail exchanger mx1.there.example with a limit of 7000 octets
      When alice sends a message of 5000 octets to bob@there.example
      Then mx1.there.example receives it once

    Example: The limit is its size to the octet
      Given the server is one of our own
      And there.example has the mail exchanger mx1.there.example that offers only SIZE
      When alice sends a message of 5000 octets to bob@there.example
      And mx1.there.example takes no octet more than the last message had
      And alice sends a message of 5000 octets to bob@there.example
      Then mx1.there.example receives 2 messages

    Example: SIZE 0 is no limit
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example answers "250-mx1 / 250 SIZE 0" to EHLO
      When alice sends a message of 5000 octets to bob@there.example
      Then mx1.there.example receives it once

  @must
  Rule: A refusal of MAIL ends the transaction at once

    @rfc1870-6.2-01
    Example: 452, no room at the moment
      Given there.example has the mail exchanger mx1.there.example that offers only SIZE and 8BITMIME
      And mx1.there.example answers "452 4.3.1 no room" to MAIL once
      And a message from alice to bob@there.example is queued after 1 failed attempt
      When the next attempt is due
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>…
        …
        QUIT
        """
      And mx1.there.example receives it once
      And no notification is sent

    @rfc1870-6.2-02
    Example: 552, too big for ever
      Given there.example has the mail exchanger mx1.there.example that offers only SIZE and 8BITMIME
      And mx1.there.example answers "552 5.3.4 too big" to MAIL
      When alice sends a message to bob@there.example
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>…
        …
        QUIT
        """
      And mx1.there.example sees exactly 1 connection
      And alice is notified once that bob@there.example failed

  @rfc1870-6.2-03 @must
  Rule: 452 and 552 may come later too

    Scenario Outline: <reply> to <moment>
      Given there.example has the mail exchanger mx1.there.example that offers only SIZE
      And mx1.there.example answers "<reply>" to <moment> once
      When alice sends a message to bob@there.example
      Then <outcome>
      And mx1.there.example finds nothing wrong with the client

      Examples: in place of 354, and at the end
        | reply             | moment          | outcome                                              |
        | 552 5.3.4 too big | DATA            | alice is notified once that bob@there.example failed |
        | 552 too big       | the end of data | alice is notified once that bob@there.example failed |
        | 452 4.3.1 no room | DATA            | the queue still holds the message for bob@there.example |
        | 452 no room       | the end of data | the queue still holds the message for bob@there.example |

  @must
  Rule: One recipient's full mailbox is that recipient's affair

    @rfc1870-6.4-01
    Example: 452 for one of three
      Given there.example has the mail exchanger mx1.there.example that offers only SIZE
      And mx1.there.example answers "452 4.2.2 full" to RCPT dan@there.example once
      When alice sends a message to bob@there.example, dan@there.example and eve@there.example
      Then mx1.there.example receives it for bob@there.example and eve@there.example
      And the queue still holds the message for dan@there.example

    @rfc1870-6.4-02
    Example: 552 for one of two
      Given there.example has the mail exchanger mx1.there.example that offers only SIZE
      And mx1.there.example answers "552 full" to RCPT dan@there.example
      When alice sends a message to bob@there.example and dan@there.example
      Then mx1.there.example receives it for bob@there.example
      And alice is notified once that dan@there.example failed
      And the queue is empty
      And mx1.there.example sees exactly 1 connection

  @rfc5321-4.5.3.1.8-05 @should
  Rule: Recipients beyond what a transaction holds go in the next one

    @rfc5321-4.5.3.1.10-01
    Scenario Outline: A host that says <reply>
      Given there.example has the mail exchanger mx1.there.example that answers "<reply>" beyond 30 recipients
      When alice sends a message to <many> recipients at there.example
      Then mx1.there.example gets it for <many> recipients
      And no notification is sent
      And mx1.there.example finds nothing wrong with the client

      Examples: the code of today and the one of RFC 821
        | reply                         | many |
        | 452 4.5.3 too many recipients | 70   |
        | 452 too many recipients       | 31   |
        | 552 too many recipients       | 70   |
        | 552 too many recipients       | 31   |
        | 552 5.5.3 too many recipients | 70   |

    @rfc5321-4.5.4.1-11
    Example: 250 recipients
      Given there.example has the mail exchanger mx1.there.example
      When alice sends a message to 250 recipients at there.example
      Then mx1.there.example gets it for 250 recipients
      And mx1.there.example finds nothing wrong with the client
