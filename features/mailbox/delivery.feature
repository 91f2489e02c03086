Feature: Mail for local users lies in their mailboxes
  At its destination a message is put into the mailbox with its way written on top, whole or not at all.

  @rfc5321-4.4-10 @rfc5321-4.4-12 @must
  Rule: The message begins with Return-Path and Received, then comes as it was

    Example: A message from outside
      When mallory sends a message to alice@here.example
      Then the message of alice begins with the fields:
        | Return-Path |
        | Received    |
        | From        |
      And the message of alice has the fields:
        | field       | value                          |
        | Return-Path | ^<mallory@elsewhere\.example>$ |
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

  @rfc5321-4.4-25 @rfc5321-4.4-35 @must
  Rule: The Received field tells where the message came from and how

    Example: After EHLO from a stranger
      When mallory sends a message to alice@here.example
      Then the message of alice has the fields:
        | field    | value                                                                                  |
        | Received | ^from \S+ \(.*\[127\.[0-9.]+\]\)\s+by mail\.here\.example\s+with ESMTP id \w+\s+for <?alice@here\.example>?;.* [+-]\d{4} |

    @rfc3848-1-01
    Example: After authentication under TLS
      Given alice is an authenticated user
      When alice sends a message to carol@here.example
      Then the message of carol has the fields:
        | field    | value            |
        | Received | with ESMTPSA\s+id |

    @rfc5321-7.6-01
    Example: Two recipients do not see each other in the trace
      When a stranger sends a message to alice@here.example and carol@here.example
      Then the message of alice has the fields:
        | field    | value        |
        | Received | ^(?!.*\sfor\s) |

  @rfc5321-4.5.2-04 @must
  Rule: Every octet of the content reaches the mailbox

    Scenario Outline: The message "<message>"
      When mallory sends the message "<message>" to alice@here.example
      Then the message is accepted
      And the content arrives unchanged in the mailbox of alice

      Examples: content that careless servers change
        | message       |
        | leading-dots  |
        | eight-bit     |
        | long-lines    |
        | no-header     |
        | empty-lines   |
        | control-chars |

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
