@needs-outgoing
Feature: Replies of other servers are understood as the standard reads them
  Servers say the same in many ways. What counts is the code, and of the code the first digit.

  Background:
    Given there.example has the mail exchanger mx1.there.example that offers only nothing

  @rfc5321-4.2-03 @rfc5321-4.2-08 @rfc5321-4.2-10 @must
  Rule: The first digit of the code decides, whatever follows

    Scenario Outline: "<reply>" to <moment> is a yes
      Given mx1.there.example answers "<reply>" to <moment>
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it once
      And mx1.there.example finds nothing wrong with the client
      And the queue is empty

      Examples: positive in any words
        | moment          | reply                                       |
        | the connection  | 220-welcome / 220-to / 220 mx1              |
        | the connection  | 299 mx1                                     |
        | EHLO            | 259 mx1                                     |
        | MAIL            | 250-one / 250-two / 250 three               |
        | MAIL            | 250 550 5.1.1 error, refused, go away       |
        | RCPT            | 299 whatever                                |
        | RCPT            | 251 will forward to <dan@third.example>     |
        | RCPT            | 252 cannot verify                           |
        | RCPT            | 250-first / 250 second                      |
        | DATA            | 354-go on / 354-until / 354 the dot         |
        | the end of data | 250-taken / 250 as 4.4.1 451                |
        | the end of data | 288 taken                                   |
        | QUIT            | 221-good / 221 bye                          |
        | QUIT            | 500 what?                                   |

    Scenario Outline: "<reply>" to <moment> means later
      Given mx1.there.example answers "<reply>" to <moment> once
      And a message from alice to bob@there.example is queued after 1 failed attempt
      When the next attempt is due
      Then mx1.there.example receives it once
      And no notification is sent

      Examples: temporary in any words
        | moment          | reply                         |
        | the connection  | 471 busy                      |
        | MAIL            | 499 250 ok                    |
        | RCPT            | 459-first / 459 second        |
        | DATA            | 466 354 go on                 |
        | the end of data | 478 accepted                  |

    Scenario Outline: "<reply>" to <moment> is a no
      Given mx1.there.example answers "<reply>" to <moment>
      When alice sends a message to bob@there.example
      Then alice is notified once that bob@there.example failed
      And the queue is empty

      Examples: permanent in any words
        | moment          | reply                        |
        | the connection  | 599 250 ok                   |
        | MAIL            | 559 250 ok                   |
        | RCPT            | 550 OK                       |
        | RCPT            | 599-first / 599 second       |
        | DATA            | 577 354 go on                |
        | the end of data | 598 2.0.0 accepted           |

  @rfc5321-4.2-02 @rfc5321-4.2.1-06 @must
  Rule: A code without text is a reply

    Scenario Outline: <bytes> for <moment>
      Given mx1.there.example sends "<bytes>" for <moment>
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it once
      And the queue is empty

      Examples: with and without the blank
        | moment          | bytes                           |
        | the connection  | 220\\r\\n                       |
        | EHLO            | 250 \\r\\n                      |
        | MAIL            | 250\\r\\n                       |
        | RCPT            | 250 \\r\\n                      |
        | RCPT            | 250-\\r\\n250-\\r\\n250\\r\\n   |
        | DATA            | 354\\r\\n                       |
        | the end of data | 250\\r\\n                       |

  @rfc5321-4.5.3.1.5-02 @must
  Rule: Long lines and many lines are read

    Example: A line of 512 octets in a reply of a hundred lines
      Given mx1.there.example answers a long reply to EHLO
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it once

  @rfc5321-4.2-13 @should
  Rule: What is no reply ends the transaction, and the message is tried again, or returned

    Scenario Outline: <bytes> for <moment>
      Given mx1.there.example sends "<bytes>" for <moment> once
      When alice sends a message to bob@there.example
      Then mx1.there.example gets it at the second attempt, or alice is notified once that bob@there.example failed

      Examples: codes that do not exist, and two of them
        | moment          | bytes                              |
        | the connection  | 100 wait\\r\\n                     |
        | MAIL            | 150 perhaps\\r\\n                  |
        | RCPT            | 999 what\\r\\n                     |
        | DATA            | 150 perhaps\\r\\n                  |
        | the end of data | 650 taken\\r\\n                    |

    # A client may as well wait for a reply that has a code.
    Scenario Outline: <bytes> for <moment>
      Given the settings:
        | setting                          | value |
        | outgoing.timeouts.greeting       | 1s    |
        | outgoing.timeouts.command        | 1s    |
        | outgoing.timeouts.dataInitiation | 1s    |
      And mx1.there.example sends "<bytes>" for <moment> once
      When alice sends a message to bob@there.example
      Then mx1.there.example gets it at the second attempt, or alice is notified once that bob@there.example failed

      Examples: no codes at all
        | moment          | bytes                              |
        | the connection  | SSH-2.0-whatever\\r\\n             |
        | RCPT            | ok\\r\\n                           |
        | DATA            | go on\\r\\n                        |

  @rfc5321-3.3-14 @must
  Rule: No content is sent before 354

    Scenario Outline: DATA is answered "<reply>"
      Given mx1.there.example answers "<reply>" to DATA
      When alice sends a message to bob@there.example
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>
        RCPT TO:<bob@there.example>
        DATA
        …
        QUIT
        """
      And mx1.there.example hears no content
      And mx1.there.example receives nothing
      And mx1.there.example finds nothing wrong with the client

      Examples: everything else
        | reply                |
        | 250 go on            |
        | 299 354              |
        | 451 later            |
        | 503 no recipients    |
        | 550 no               |

  @rfc5321-3.8-06 @should
  Rule: A session that breaks is a session that said 421

    Scenario Outline: The host <loss>
      Given mx1.there.example <loss>
      And a message from alice to bob@there.example is queued after 1 failed attempt
      When the next attempt is due
      Then mx1.there.example receives it once
      And no notification is sent

      Examples: at every step, in every way
        | loss                                               |
        | resets the connection for the connection once      |
        | disconnects for MAIL once                          |
        | sends "25" for MAIL once and closes                |
        | sends "250-one\\r\\n" for RCPT once and closes     |
        | disconnects for DATA once                          |
        | disconnects for the content once                   |
        | disconnects for the end of data once               |
        | says 421 for the end of data once                  |
        | says 421 for DATA once                             |

    Scenario Outline: In the middle of the content comes <reply>
      Given mx1.there.example answers "<reply>" to the content once
      When alice sends a message of 3000000 octets to bob@there.example
      Then <outcome>

      Examples: why it hangs up is heard
        | reply               | outcome                                                 |
        | 421 4.3.2 closing   | the queue still holds the message for bob@there.example |
        | 452 4.3.1 no room   | the queue still holds the message for bob@there.example |
        | 552 5.3.4 too large | alice is notified once that bob@there.example failed    |

    Example: The goodbye is lost after the message was taken
      Given mx1.there.example disconnects for QUIT
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it once
      And the queue is empty

    Example: 421 comes as the answer to RCPT of the second recipient
      Given mx1.there.example says 421 for RCPT dan@there.example once
      And alice sends a message to bob@there.example and dan@there.example
      And the queue comes to rest
      When the next attempt is due
      Then mx1.there.example receives it for bob@there.example and dan@there.example
