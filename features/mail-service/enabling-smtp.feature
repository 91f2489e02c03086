Feature: Enabling SMTP
  The administrator of a mail service turns SMTP on and off. Off means that nobody answers and nothing is
  delivered; on means that the server answers; and neither a restart nor a change of settings may lose
  what was there before.

  @mail-service-01
  Rule: While SMTP is disabled nobody answers

    Example: A server whose administrator has not enabled SMTP
      Given SMTP is disabled
      When the server starts
      Then nobody answers

    @needs-apply
    Example: The administrator disables SMTP on a running server
      Given the server runs
      When the administrator disables SMTP
      Then nobody answers

  @mail-service-02
  Rule: When SMTP is enabled the server answers on each of its listeners

    Scenario Outline: The <role> listener answers
      When the server starts
      Then the server answers on the <role> listener

      Examples: a listener of each role
        | role        |
        | relay       |
        | submission  |
        | submissions |

    @needs-apply
    Example: The administrator enables SMTP on a running server
      Given SMTP is disabled
      And the server runs
      When the administrator enables SMTP
      Then the server answers on the relay listener

  @mail-service-03 @needs-apply
  Rule: Saved settings survive a restart

    Example: SMTP stays enabled
      Given SMTP is disabled
      And the server runs
      And the administrator enables SMTP
      When the server restarts
      Then the server answers on the relay listener

    Example: SMTP stays disabled
      Given the server runs
      And the administrator disables SMTP
      When the server restarts
      Then nobody answers

    Example: A domain that was added is still accepted
      Given the server runs
      And the administrator sets incoming.domains to ["here.example", "second.example"]
      When the server restarts
      And mallory sends a message to alice@second.example
      Then the message is accepted
      And alice finds the message in the mailbox

  @mail-service-04 @needs-apply
  Rule: Changing the settings drops no session

    Example: A client in the middle of a transaction notices nothing
      Given mallory has begun a transaction for alice@here.example
      When the administrator sets hostName to "renamed.here.example"
      Then mallory can finish the transaction
      And the mailbox of alice@here.example holds 1 message

    Example: A client that has nothing to say for the moment stays connected
      Given a stranger has opened a session
      When the administrator sets hostName to "renamed.here.example"
      Then the session is still open

  @mail-service-05 @needs-apply @needs-queue-view
  Rule: Switching SMTP off loses no message that was accepted

    Example: Mail that waits in the queue goes on when SMTP is enabled again
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example is unreachable
      And alice sends a message to bob@there.example
      And the queue still holds the message for bob@there.example
      And the administrator disables SMTP
      And mx1.there.example can be reached again
      When the administrator enables SMTP
      And the operator runs the queue
      Then mx1.there.example receives it once

    @needs-clock
    Example: While SMTP is disabled nothing goes out
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example is unreachable
      And alice sends a message to bob@there.example
      And the queue still holds the message for bob@there.example
      And the administrator disables SMTP
      And mx1.there.example can be reached again
      When 1 day passes
      Then mx1.there.example receives nothing
      And the queue still holds the message for bob@there.example
