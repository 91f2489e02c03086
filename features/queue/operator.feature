Feature: The operator looks after the queue
  Mail that waits can be held, released, removed and sent off at once.

  Background:
    Given there.example has the mail exchanger mx1.there.example
    And mx1.there.example is unreachable
    And a message from alice to bob@there.example is queued after 1 failed attempt

  @mail-service-26 @needs-queue-view
  Rule: What is held is not tried until it is released

    Example: A held message stays although the host is back
      Given the operator holds the message for bob@there.example
      And mx1.there.example can be reached again
      When 1 day passes
      Then mx1.there.example is not contacted
      And the queue still holds the message for bob@there.example

    Example: A released message goes
      Given the operator holds the message for bob@there.example
      And mx1.there.example can be reached again
      And 1 day passes
      When the operator releases the message for bob@there.example
      Then mx1.there.example receives it once

  @mail-service-27 @needs-queue-view
  Rule: What is removed is gone, and nobody is told

    Example: A removed message
      When the operator removes the message for bob@there.example
      Then the queue is empty
      And no notification is sent

  @mail-service-28
  Rule: Running the queue makes everything due now

    Example: The host is back before the next attempt is due
      Given mx1.there.example can be reached again
      When the operator runs the queue
      Then mx1.there.example receives it once
