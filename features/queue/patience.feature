@needs-clock
Feature: The client waits long enough, and not for ever
  A slow server is no broken one. Who gives up too early sends the same message twice; who never gives up sends
  nothing any more.

  @rfc5321-4.5.3.2.1-01 @rfc5321-4.5.3.2.2-01 @rfc5321-4.5.3.2.3-01 @rfc5321-4.5.3.2.4-01 @rfc5321-4.5.3.2.6-01 @should
  Rule: Each answer is given the time that the standard names

    Scenario Outline: The answer to <moment> comes after <time>
      Given there.example has the mail exchanger mx1.there.example that offers only nothing
      And mx1.there.example holds its answer for <moment>
      And alice sends a message to bob@there.example
      When <time> pass
      And mx1.there.example answers at last
      Then mx1.there.example receives it once
      And mx1.there.example sees exactly 1 connection

      Examples: a moment before the end of patience
        | moment          | time        |
        | the connection  | 295 seconds |
        | EHLO            | 295 seconds |
        | MAIL            | 295 seconds |
        | RCPT            | 295 seconds |
        | DATA            | 115 seconds |
        | the end of data | 595 seconds |

  @rfc5321-4.5.3.2-01 @must
  Rule: No step is waited for without end

    Scenario Outline: The preferred host is silent for <moment>
      Given there.example has the mail exchanger mx1.there.example that offers only nothing
      And there.example has the mail exchangers:
        | preference | host              |
        | 20         | mx2.there.example |
      And mx1.there.example is silent for <moment>
      And alice sends a message to bob@there.example
      When <time> pass
      Then mx2.there.example receives it once

      Examples: everything that can be waited for
        | moment          | time       |
        | the connection  | 6 minutes  |
        | EHLO            | 6 minutes  |
        | MAIL            | 6 minutes  |
        | RCPT            | 6 minutes  |
        | DATA            | 6 minutes  |
        | the content     | 14 minutes |
        | the end of data | 11 minutes |

    Example: The handshake never ends
      Given there.example has the mail exchanger mx1.there.example with a good certificate
      And mx1.there.example is silent for the handshake once
      And alice sends a message to bob@there.example
      When 6 minutes pass
      Then mx1.there.example receives it in clear

    Example: The goodbye is never answered
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example is silent for QUIT
      And alice sends a message to bob@there.example
      When 10 minutes pass
      Then mx1.there.example receives it once
      And the queue is empty

  @rfc5321-4.5.3.2-02 @must
  Rule: Patience is for each answer, not for all of them together

    Example: Three slow answers
      Given there.example has the mail exchanger mx1.there.example that offers only nothing
      And mx1.there.example holds its answer for MAIL
      And mx1.there.example holds its answer for RCPT
      And alice sends a message to bob@there.example
      When 4 minutes pass
      And mx1.there.example answers at last
      And 4 minutes pass
      And mx1.there.example answers at last
      Then mx1.there.example receives it once
      And mx1.there.example sees exactly 1 connection

  @rfc5321-4.5.3.2.5-01 @should
  Rule: Content that is not taken is waited with for three minutes

    Example: Not less
      Given there.example has the mail exchanger mx1.there.example that offers only SIZE
      And there.example has the mail exchangers:
        | preference | host              |
        | 20         | mx2.there.example |
      And mx1.there.example is silent for the content
      And alice sends a message of 8000000 octets to bob@there.example
      When 175 seconds pass
      Then mx2.there.example is not contacted yet
