@needs-outgoing
Feature: The sender is told what became of a message
  What was accepted and cannot be delivered is reported to the reverse-path, once, and to nobody else.

  Background:
    Given there.example has the mail exchanger mx1.there.example

  @rfc5321-6.1-03 @rfc5321-3.6.3-01 @rfc5321-4.4-22 @rfc5321-4.4-23 @rfc3461-5.2.6-03 @rfc3461-5.2.2-07 @rfc5321-4.1.1.4-15 @must
  Rule: A failed delivery is reported to the sender

    Example: The far host knows no such mailbox
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example
      Then alice is notified once that bob@there.example failed
      And the queue is empty

    Example: Several recipients fail, and one report tells of all
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example, dan@there.example and eve@there.example
      Then alice is notified once that bob@there.example failed
      And alice is notified once that dan@there.example failed
      And alice is notified once that eve@there.example failed
      And alice gets 1 notification

    Example: One recipient fails, the other is served, and the report tells of the one
      Given mx1.there.example refuses permanently for RCPT dan@there.example
      When alice sends a message to bob@there.example and dan@there.example
      Then alice is notified once that dan@there.example failed
      And the notification to alice is about 1 recipient
      And mx1.there.example receives it for bob@there.example

    @rfc3464-2-05
    Example: Two messages fail, and each has its own report
      Given mx1.there.example refuses permanently for RCPT
      When alice sends 2 messages to bob@there.example
      Then alice gets 2 notifications

  @rfc5321-6.1-04 @rfc5321-6.1-05 @rfc3461-6.1-03 @rfc3461-6.1-04 @rfc5321-4.4-16 @rfc5321-3.7.4-04 @rfc3834-4-01 @rfc3834-4-02 @rfc5322-3.6.6-02 @must
  Rule: It comes from the null reverse-path, asks for no report of its own, and goes to the reverse-path only

    Example: The header names many others
      Given elsewhere.example has the mail exchanger mx.elsewhere.example
      And other.example has the mail exchanger mx.other.example
      And the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      And mx1.there.example refuses permanently for RCPT
      When mallory sends to robert@here.example:
        """
        From: <from@other.example>
        Sender: <sender@other.example>
        Reply-To: <reply@other.example>
        Errors-To: <errors@other.example>
        Return-Receipt-To: <receipt@other.example>
        Resent-From: <resent@other.example>
        Resent-Date: Tue, 24 Nov 2026 12:00:00 +0000
        Subject: {token}

        x
        """
      Then mallory is notified that bob@there.example failed
      And mx.other.example is not contacted
      And mx.elsewhere.example receives it from <>
      And mx.elsewhere.example receives it for mallory@elsewhere.example
      And mx.elsewhere.example receives it with the parameters:
        | command | parameter | value             |
        | MAIL    | RET       | (absent)          |
        | MAIL    | ENVID     | (absent)          |
        | RCPT    | NOTIFY    | NEVER or (absent) |

    @rfc3834-3.3-01 @rfc3834-3.3-02 @rfc3834-3.1.3-01
    Example: The far host of the sender does not know DSN
      Given elsewhere.example has the mail exchanger mx.elsewhere.example that withholds DSN
      And the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      And mx1.there.example refuses permanently for RCPT
      When mallory sends a message to robert@here.example
      Then mallory is notified that bob@there.example failed
      And mx.elsewhere.example receives it from <>
      And mx.elsewhere.example receives it with the parameters:
        | command | parameter | value    |
        | RCPT    | NOTIFY    | (absent) |

  @rfc5321-6.1-06 @rfc5321-4.5.4-02 @rfc3461-5.2-01 @rfc3834-2-01 @rfc3834-3.1.2-01 @must
  Rule: Mail from the null reverse-path is never answered

    @needs-journal @needs-clock
    Scenario Outline: It <fate>, whatever was asked for
      Given mx1.there.example <trouble>
      And alice sends a message to bob@there.example with:
        | from   |                 |
        | notify | <notify>        |
      When 6 days pass
      Then no notification is sent
      And no notification is written
      And the queue is empty

      Examples: every way to an end
        | fate         | trouble                                             | notify                |
        | fails        | refuses permanently for RCPT                        | SUCCESS,FAILURE,DELAY |
        | expires      | refuses temporarily for RCPT                        | SUCCESS,FAILURE,DELAY |
        | is delivered | refuses temporarily for the connection once         | SUCCESS,FAILURE,DELAY |

    Example: The way back is broken, too
      Given elsewhere.example has the mail exchanger mx.elsewhere.example
      And mx.elsewhere.example refuses permanently for RCPT
      And the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      And mx1.there.example refuses permanently for RCPT
      When mallory sends a message to robert@here.example
      Then mx.elsewhere.example hears RCPT once
      And mx.elsewhere.example sees exactly 1 connection
      And the queue is empty

  @rfc3461-5.2-02 @should
  Rule: What nobody may be told, the journal tells the postmaster

    @needs-journal
    Example: A notification that fails
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message from <> to bob@there.example
      Then no notification is sent
      And the journal tells of notification-suppressed

  @rfc5321-4.2.5-08 @rfc3463-3.5-06 @rfc3464-2.3.3-02 @should
  Rule: When time is up, the report says so in words and with the last cause

    @needs-clock
    Example: The host never answered
      Given mx1.there.example is unreachable
      And alice sends a message to bob@there.example
      When the queue lifetime has passed
      Then alice is notified once that bob@there.example failed
      And the notification to alice reads "could not be delivered"
      And the notification to alice reads "Attempts were made for as long as this server keeps mail"
      And the notification to alice tells of bob@there.example:
        | action           | ^failed$                |
        | status           | ^[45]\\.4\\.[147]$      |
        | will-retry-until | absent                  |
        | remote-mta       | absent\|mx1             |
      And the queue is empty
