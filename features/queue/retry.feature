@needs-outgoing
Feature: Outgoing mail waits and is tried again
  A destination that cannot take mail now may take it in an hour. The server keeps what it accepted, tries
  again at growing intervals, and gives up only after days.

  Background:
    Given there.example has the mail exchanger mx1.there.example

  @rfc5321-4.5.4.1-01 @must
  Rule: Mail that cannot be delivered now is queued and tried again

    Example: The host is unreachable, then it can be reached
      Given mx1.there.example is unreachable
      And a message from alice to bob@there.example is queued after 1 failed attempt
      And mx1.there.example can be reached again
      When the next attempt is due
      Then mx1.there.example receives it once
      And the queue is empty

    Example: The first two attempts are refused temporarily
      Given mx1.there.example refuses temporarily for RCPT twice
      And a message from alice to bob@there.example is queued after 2 failed attempts
      When the next attempt is due
      Then mx1.there.example receives it once
      And no notification is sent

    Scenario Outline: <trouble> means trying again later
      Given mx1.there.example <trouble> once
      And a message from alice to bob@there.example is queued after 1 failed attempt
      When the next attempt is due
      Then mx1.there.example receives it once

      Examples: everything that may pass
        | trouble                                |
        | refuses temporarily for the connection |
        | refuses temporarily for MAIL           |
        | refuses temporarily for DATA           |
        | refuses temporarily for the end of data |
        | says 421 for EHLO                      |
        | says 421 for the end of data           |
        | disconnects for RCPT                   |
        | disconnects for the end of data        |
        | resets the connection for DATA         |

  @rfc5321-4.5.4.1-02 @rfc5321-4.5.4.1-03 @must
  Rule: The wait between attempts is at least half an hour in general

    Example: After the first failure
      Given mx1.there.example is unreachable
      When alice sends a message to bob@there.example
      Then the next attempt is due in 30 minutes

    @rfc5321-4.5.4.1-05
    @needs-clock
    Example: The administrator has other ideas
      Given the setting queue.retryAfter is ["5m", "20m"]
      And mx1.there.example is unreachable
      When a message from alice to bob@there.example is queued after 2 failed attempts
      Then the next attempt is due in 20 minutes

    @rfc5321-4.5.4.1-05
    @needs-clock
    Example: The last wait is repeated
      Given the setting queue.retryAfter is ["5m", "20m"]
      And mx1.there.example is unreachable
      When a message from alice to bob@there.example is queued after 3 failed attempts
      Then the next attempt is due in 20 minutes

    @rfc5321-4.5.4.1-05
    Example: The first of other waits
      Given the setting queue.retryAfter is ["5m", "20m"]
      And mx1.there.example is unreachable
      When alice sends a message to bob@there.example
      Then the next attempt is due in 5 minutes

  @rfc5321-4.5.4.1-04 @should
  Rule: The server gives up after days, not before, and says so

    Example: Four days later it still tries
      Given mx1.there.example is unreachable
      And alice sends a message to bob@there.example
      When 4 days pass
      Then the queue still holds the message for bob@there.example

    Example: After the lifetime the message is returned
      Given mx1.there.example is unreachable
      And alice sends a message to bob@there.example
      When the queue lifetime has passed
      Then alice is notified once that bob@there.example failed
      And the queue is empty

    @needs-clock
    Example: A notification that nobody takes is given up sooner than mail
      Given the setting queue.notificationLifetime is 1d
      And the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      And mx1.there.example refuses permanently for RCPT
      And elsewhere.example has the mail exchanger mx.elsewhere.example
      And mx.elsewhere.example is unreachable
      When mallory sends a message to robert@here.example
      And 20 hours pass
      Then the queue still holds the message for mallory@elsewhere.example
      When 5 hours pass
      Then the queue is empty

  @mail-service-25
  Rule: The sender is told of a delay, once

    Example: After some hours
      Given mx1.there.example is unreachable
      And alice sends a message to bob@there.example
      When 1 day passes
      Then alice is notified once that bob@there.example was delayed
      And the queue still holds the message for bob@there.example

    @rfc3464-2.2.5-01 @rfc3464-2.3.9-01 @needs-clock
    Example: It says when the message came, and how long it is tried
      Given the setting queue.lifetime is 3d
      And mx1.there.example is unreachable
      And alice sends a message to bob@there.example
      When 1 day passes
      Then the notification to alice comes 4 hours after what it calls the arrival, and attempts end 3 days after that

  @rfc5321-4.2.5-06 @must
  Rule: Each recipient waits for itself

    Example: One recipient is served, the other waits
      Given mx1.there.example refuses temporarily for RCPT dan@there.example once
      When alice sends a message to bob@there.example and dan@there.example
      Then mx1.there.example receives it for bob@there.example
      And the queue still holds the message for dan@there.example
      And the queue no longer holds the message for bob@there.example
