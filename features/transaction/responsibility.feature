Feature: What has been accepted is delivered, or its sender is told why not
  With the 250 after the content the message is ours. What comes to light later, the client hears from us and not at the door.

  @rfc5321-2.3.5-07 @rfc5321-5.1-23 @rfc5321-6.2-02 @rfc2505-2.13-02 @rfc2505-4-01 @must
  Rule: What the DNS cannot tell for now is no reason for a permanent refusal

    Example: A domain that we are backup for, and a sender whose domain cannot be resolved either
      Given the server relays for backup.example
      And the names under elsewhere.example cannot be resolved for now
      And the names under backup.example cannot be resolved for now
      When mallory sends a message to bob@backup.example
      Then the message is accepted
      And the queue still holds the message for bob@backup.example

    Example: A domain that is another name of one with a mail exchanger
      Given there.example has the mail exchanger mx1.there.example
      And alias.example is another name of there.example
      When alice sends a message to bob@alias.example
      Then the message is accepted
      And mx1.there.example receives it for bob@alias.example

  @rfc5321-3.4-03 @rfc5321-3.4-02 @may
  Rule: A user who has moved is written to at the new address, which nobody is told

    Example: An alias that leads elsewhere
      Given the setting aliases is [{"address": "dave", "to": ["dave@there.example"]}]
      And there.example has the mail exchanger mx1.there.example
      When mallory sends a message to dave@here.example
      Then the message is accepted
      And mx1.there.example receives it for dave@there.example

  @rfc5321-4.2.5-04 @rfc3463-3.4-01 @must
  Rule: What was put off at its end stays the sender's, and is delivered to nobody

    Example: There is no room left in the queue
      Given the setting limits.queueSize is 20000
      When alice sends a message of 30000 octets to carol@here.example
      Then the message is refused with 452 4.3.1
      And the mailbox of carol@here.example holds 0 messages
      And the queue is empty

    # Only a size that nobody told is found out at the end.
    Example: There is no room left, and the client had not told how much it brings
      Given the setting limits.queueSize is 2000
      When this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<mallory@elsewhere.example>
        S: 250
        C: RCPT TO:<carol@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: too much\r\n\r\n{x × 900}\r\n{x × 900}\r\n{x × 900}\r\n.\r\n
        S: 452 4.3.1
        C: QUIT
        S: 221
        """
      Then the mailbox of carol@here.example holds 0 messages
      And the queue is empty

    Scenario Outline: The disk takes no message more, of <octets> octets
      Given the disk takes no message more
      When mallory sends a message of <octets> octets to carol@here.example
      Then the message is refused with 452 4.3.1
      When the disk has room again
      And mallory sends a message of <octets> octets to carol@here.example
      Then the message is accepted
      And the mailbox of carol@here.example holds 1 message

      Examples: written with its envelope, and ahead of it
        | octets  |
        | 1000    |
        | 3000000 |

    @rfc1870-6.1-02 @should
    Example: A client that tells the size learns of it before the content
      Given the setting limits.queueSize is 20000
      And a stranger has said:
        """
        EHLO client.example
        """
      Then MAIL is answered for the parameters:
        | parameters | answer    |
        | SIZE=30000 | 452 4.3.1 |
        | SIZE=10000 | 250       |

  @rfc5321-4.4-20 @must
  Rule: A message that reaches only some of its recipients has been accepted, and the sender is told of the others

    Example: One host refuses after we have accepted
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example refuses permanently for RCPT bob@there.example
      When alice sends a message to bob@there.example and carol@here.example
      Then the message is accepted
      And carol finds the message in the mailbox
      And alice is notified that bob@there.example failed

  @rfc3463-3.2-02 @rfc3463-3.3-02 @should
  Rule: The enhanced status code in the notification tells the cause

    Example: A domain that does not exist
      Given nowhere.example does not exist
      When alice sends a message to bob@nowhere.example
      Then the message is accepted
      And alice is notified that bob@nowhere.example failed
      And the notification to alice tells of bob@nowhere.example:
        | status | ^5\\.(1\\.2\|4\\.4)$ |

    @needs-clock
    Example: A mailbox that is full
      Given the setting users is [{"name": "alice"}, {"name": "carol", "quota": 500}]
      When alice sends a message of 3000 octets to carol@here.example
      And 5 hours pass
      Then alice is notified that carol@here.example was delayed
      And the notification to alice tells of carol@here.example:
        | status | 4.2.2 |

  @rfc2505-2.10-01 @should
  Rule: Whoever submits sends in a name of their own

    Example: A name of ours that nobody has
      Given alice is an authenticated user
      When alice sends a message from <nosuch@here.example> to bob@there.example
      Then the message is refused permanently
