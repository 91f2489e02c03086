@needs-outgoing
Feature: A destination in trouble is left in peace
  Twenty messages for a dead host are no reason for twenty connections; and one bad moment of a host is none to
  avoid it.

  Background:
    Given there.example has the mail exchanger mx1.there.example

  @rfc5321-4.5.4.1-06 @should
  Rule: What one message learnt of a host serves the others

    Example: Twenty messages for a host that hangs up
      Given mx1.there.example disconnects
      When alice sends 20 messages to bob@there.example
      Then mx1.there.example sees at most 8 connections
      And the queue holds 20 messages

  @rfc5321-4.5.4.1-08 @should
  Rule: A refusal is not remembered for longer than the wait that follows it

    Example: The host hangs up once
      Given mx1.there.example disconnects for the connection once
      And a message from alice to dan@there.example is queued after 1 failed attempt
      And alice sends a message to bob@there.example
      When the next attempt is due
      Then mx1.there.example receives it for bob@there.example

    @needs-clock
    Example: The host could not be reached for a moment
      Given mx1.there.example is unreachable
      And a message from alice to dan@there.example is queued after 1 failed attempt
      And mx1.there.example can be reached again
      And 1 minute passes
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it for bob@there.example

    @needs-clock
    Example: The administrator has short waits
      Given the setting queue.retryAfter is ["2s"]
      And mx1.there.example is unreachable
      And a message from alice to bob@there.example is queued after 1 failed attempt
      And mx1.there.example can be reached again
      When the next attempt is due
      Then mx1.there.example receives it once

  @rfc5321-4.5.4.1-09 @must
  Rule: What was said to MAIL is not held against the next message

    Scenario Outline: The first message is answered <reply>
      Given mx1.there.example answers "<reply>" to MAIL once
      And alice sends a message to dan@there.example
      And the queue comes to rest
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it for bob@there.example

      Examples: for good and for now
        | reply              |
        | 550 not from there |
        | 451 later          |

  @rfc5321-4.5.4.1-07 @may @needs-clock
  Rule: Notifications are given up earlier than messages

    Background:
      Given the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      And mx1.there.example refuses permanently for RCPT
      And elsewhere.example has the mail exchanger mx.elsewhere.example
      And mx.elsewhere.example is unreachable
      And mallory sends a message to robert@here.example

    Example: After a day the notification still waits
      When 1 day passes
      Then the queue still holds the message for mallory@elsewhere.example

    Example: After three days it is gone, and nobody is told
      When 3 days pass
      Then the queue is empty
      And no notification is sent
