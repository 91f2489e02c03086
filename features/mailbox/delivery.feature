Feature: Mail for local users lies in their mailboxes
  At its destination a message is put into the mailbox with its way written on top, whole or not at all.

  @rfc5321-4.4-10 @rfc5321-4.4-12 @rfc5321-4.1.1.3-06 @rfc5321-4.2.5-01 @rfc5321-2.4-05 @must
  Rule: The message begins with Return-Path and Received, then comes as it was

    Example: A message from outside
      When mallory sends a message from <CaSe.Matters@Elsewhere.Example> to alice@here.example
      Then the message of alice begins with the fields:
        | Return-Path |
        | Received    |
        | From        |
      And the message of alice has the fields:
        | field       | value                                   |
        | Return-Path | ^<CaSe\\.Matters@Elsewhere\\.Example>$  |
      And the content arrives unchanged in the mailbox of alice

    @rfc5321-4.4-11
    Example: A notification from outside
      When mallory sends a message from <> to alice@here.example
      Then the message of alice has the fields:
        | field       | value |
        | Return-Path | ^<>$  |

    @rfc5321-4.4-13
    Example: A Return-Path that was there before is replaced
      When mallory sends the message "with-return-path" to alice@here.example
      Then the message of alice begins with the fields:
        | Return-Path |
        | Received    |
        | From        |
      And the message in the mailbox of alice@here.example has one Return-Path

  @rfc5321-4.1.1.3-04 @rfc5321-3.3-07 @should
  Rule: A source route is ignored

    Example: Over hosts that do not exist
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<@one.example,@two.example:bob@there.example>
        S: 250
        C: RCPT TO:<@one.example,@two.example:alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\nx\r\n.\r\n
        S: 250
        """
      And the mailbox of alice@here.example holds 1 message
      And the trace of the message in the mailbox of alice@here.example tells:
        | for | ^<?(?:@one\\.example,@two\\.example:)?alice@here\\.example>?$ |

  @rfc5321-4.4-35 @must
  Rule: The trace tells SMTP after HELO

    Example: A client of the old days
      Then this conversation holds:
        """
        S: 220
        C: HELO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\nx\r\n.\r\n
        S: 250
        """
      And the mailbox of alice@here.example holds 1 message
      And the trace of the message in the mailbox of alice@here.example tells:
        | with | ^SMTP$ |

  @rfc5321-4.1.2-09 @must
  Rule: Quoted forms of a local-part name the same mailbox

    Scenario Outline: <recipient>
      When a stranger sends a message to <recipient>
      Then the message is accepted
      And the mailbox of alice@here.example holds 1 message

      Examples: alice, written differently
        | recipient              |
        | "alice"@here.example   |
        | "al\ice"@here.example  |
        | ALICE@here.example     |

  @rfc5321-4.1.3-06 @must
  Rule: Our own address in brackets is a domain of ours

    Scenario Outline: <user>
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<<user>@[{server}]>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\nx\r\n.\r\n
        S: 250
        """
      And the mailbox of <user>@here.example holds 1 message

      Examples: people here
        | user       |
        | alice      |
        | postmaster |

  @rfc5321-4.2.5-05 @must
  Rule: What was refused at the end of the content is delivered to nobody

    Scenario Outline: Content <what>
      Given the setting limits.messageSize is 5000
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\n<content>\r\n.\r\n
        S: 5yz
        """
      And the mailbox of alice@here.example holds 0 messages
      And the queue is empty

      Examples: that is refused
        | what                  | content     |
        | with a bare LF        | a\\nb       |
        | that is too big       | {x × 5000}  |

  @rfc5321-4.1.1.10-05 @rfc5321-4.1.1.10-06 @rfc5321-4.1.1.5-05 @must
  Rule: What the client did not finish did not happen, and what it finished did

    Scenario Outline: It <end> in the second of two messages
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: first\r\n\r\nx\r\n.\r\n
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| <bytes>
        C!
        """
      And the mailbox of alice@here.example holds 1 message

      Examples: ways to break off
        | end                            | bytes                                  |
        | leaves in the middle of a line | Subject: second\\r\\n\\r\\nhalf a li     |
        | leaves before the final dot    | Subject: second\\r\\n\\r\\nall of it\\r\\n   |
        | leaves with half an end        | Subject: second\\r\\n\\r\\nall of it\\r\\n.  |

    Example: QUIT instead of content
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: QUIT
        S: 221
        S!
        """
      And the mailbox of alice@here.example holds 0 messages

  @mail-service-31
  Rule: A full mailbox defers, and the message is not lost

    Example: The quota is used up
      Given the settings:
        | setting | value                                                                |
        | users   | [{"name": "alice", "password": "alice's password", "quota": 500}, {"name": "carol", "password": "carol's password"}] |
      And mallory sends a message of 3000 octets to alice@here.example
      When the queue comes to rest
      Then alice finds nothing
      And the queue still holds the message for alice@here.example

    @needs-clock
    Example: Another program makes room
      Given the server is one of our own
      And the settings:
        | setting | value                                                                |
        | users   | [{"name": "alice", "password": "alice's password", "quota": 3000}, {"name": "carol", "password": "carol's password"}] |
      And mallory sends a message of 1500 octets to alice@here.example
      And the queue comes to rest
      And mallory sends a message of 2000 octets to alice@here.example
      When the queue comes to rest
      Then the queue still holds the message for alice@here.example
      When another program empties the mailbox of alice
      And the next attempt is due
      Then alice finds the message in the mailbox

    @needs-clock
    Example: The disk of the mailbox refuses
      Given the server is one of our own
      And the mailbox of alice cannot be written
      When mallory sends a message to alice@here.example and carol@here.example
      Then the message is accepted
      And carol finds the message in the mailbox
      And the queue still holds the message for alice@here.example
      When the mailbox of alice can be written again
      And the next attempt is due
      Then alice finds the message in the mailbox
      And no notification is sent

    @rfc3463-3.2-01 @needs-apply
    Example: The user has gone while the message waited
      Given the settings:
        | setting | value                                                                |
        | users   | [{"name": "alice", "password": "alice's password", "quota": 500}, {"name": "carol", "password": "carol's password"}] |
      And carol sends a message of 3000 octets to alice@here.example
      And the queue still holds the message for alice@here.example
      When the administrator sets users to [{"name": "carol", "password": "carol's password"}]
      And the operator runs the queue
      Then carol is notified once that alice@here.example failed
