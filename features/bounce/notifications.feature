Feature: The sender is told what became of a message
  What was accepted and cannot be delivered is reported to the reverse-path: what failed, why, and who said so.

  Background:
    Given there.example has the mail exchanger mx1.there.example

  @rfc5321-6.1-03 @rfc5321-3.6.3-01 @must
  Rule: A failed delivery is reported to the sender

    Example: The far host knows no such mailbox
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example
      Then alice is notified once that bob@there.example failed
      And the notification to alice tells of bob@there.example:
        | action          | failed                      |
        | status          | 5.1.1                       |
        | remote-mta      | dns; *mx1.there.example     |
        | diagnostic-code | smtp; *550 5.1.1            |
        | reporting-mta   | dns; *mail.here.example     |

    @rfc5321-4.4-22
    Example: Two recipients fail
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example and dan@there.example
      Then alice is notified that bob@there.example failed
      And alice is notified that dan@there.example failed
      And alice gets 1 notification

    @rfc5321-4.5.5-04
    Example: The sender is far away
      Given the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      And elsewhere.example has the mail exchanger mx.elsewhere.example
      And mx1.there.example refuses permanently for RCPT
      When mallory sends a message to robert@here.example
      Then mallory is notified that bob@there.example failed
      And mx.elsewhere.example receives it from <>

  @rfc5321-6.1-06 @rfc5321-4.5.4-02 @must
  Rule: Notifications are never answered by notifications

    Example: A message with a null reverse-path fails
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message from <> to bob@there.example
      Then no notification is sent
      And the queue is empty

  @must
  Rule: NOTIFY decides who is told of what

    @rfc3461-4.1-03
    Example: Never
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example with:
        | notify | NEVER |
      Then no notification is sent
      And the queue is empty

    @rfc3461-5.2.3-01
    Example: Success is reported when the message is delivered here
      When alice sends a message to carol@here.example with:
        | notify | SUCCESS |
      Then alice is notified that carol@here.example was delivered

    @rfc3461-5.2.3-04
    Example: Success is not reported unasked
      When alice sends a message to carol@here.example
      Then carol finds the message in the mailbox
      And alice gets 0 notifications

    @rfc3461-5.2.6-02
    Example: Only success was asked for, and it fails
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example with:
        | notify | SUCCESS |
      Then alice gets 0 notifications

    @rfc3461-5.2.1-01 @rfc3461-5.2.1-03 @rfc3461-5.2.1-06
    Example: The next server knows DSN: reporting is its duty
      When alice sends a message to bob@there.example with:
        | notify | SUCCESS,FAILURE |
        | envid  | QQ314159        |
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value           |
        | RCPT    | NOTIFY    | SUCCESS,FAILURE |
        | MAIL    | ENVID     | QQ314159        |
      And alice gets 0 notifications

    @rfc3461-5.2.2-01 @rfc3461-5.2.2-02
    Example: The next server does not know DSN: we report that it was relayed
      Given third.example has the mail exchanger mx.third.example that withholds DSN
      When alice sends a message to dan@third.example with:
        | notify | SUCCESS |
      Then alice is notified that dan@third.example was relayed

    @rfc3461-5.2.5-02 @needs-clock
    Example: A delay is reported only where it was asked for
      Given mx1.there.example is unreachable
      And alice sends a message to bob@there.example with:
        | notify | FAILURE |
      When 1 day passes
      Then alice gets 0 notifications

    @rfc3461-5.2.7.3-01
    Example: An alias with several targets was expanded
      Given the setting aliases is [{"address": "team", "to": ["alice", "carol"]}]
      When alice sends a message to team@here.example with:
        | notify | SUCCESS |
      Then alice is notified that team@here.example was expanded

  @rfc3461-4.3-02 @rfc3461-4.3-03 @must
  Rule: RET decides how much of the message is returned

    Scenario Outline: RET=<ret>
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example with:
        | ret | <ret> |
      Then the notification to alice returns <what>

      Examples: whole or header
        | ret  | what              |
        | FULL | the whole message |
        | HDRS | only the header   |

  @must
  Rule: ENVID and ORCPT come back as they were given

    Example: The original names in a notification
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example with:
        | envid  | QQ314159                  |
        | orcpt  | rfc822;robert@example.com |
        | notify | FAILURE                   |
      Then the notification to alice tells of bob@there.example:
        | original-envelope-id | QQ314159                   |
        | original-recipient   | rfc822; *robert@example.com |
