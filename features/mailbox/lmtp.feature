@needs-lmtp
Feature: Mail for users here is handed to the POP and IMAP service
  Where another program keeps the mailboxes, it takes the mail over LMTP and answers for each recipient by itself. Nobody's
  mail waits, comes back or comes twice because of what became of somebody else's.

  Background:
    Given mail for users here goes to the POP and IMAP service imap.here.example
    And the setting users is [{"name": "alice"}, {"name": "carol"}, {"name": "dan"}]
    And elsewhere.example has the mail exchanger mx.elsewhere.example

  @rfc2033-4.2-06 @must
  Rule: LMTP is spoken, and every answer counts for the recipient that it belongs to

    Example: One transaction for all recipients of a message
      When mallory sends a message to alice@here.example and carol@here.example
      Then the client says to imap.here.example:
        """
        LHLO mail.here.example
        MAIL FROM:<mallory@elsewhere.example>…
        RCPT TO:<alice@here.example>
        RCPT TO:<carol@here.example>
        BDAT … LAST
        QUIT
        """
      And imap.here.example receives it for alice@here.example and carol@here.example
      And imap.here.example finds nothing wrong with the client
      And the queue is empty

    Example: One is delivered, one is tried again, one comes back
      Given imap.here.example answers "452 4.2.2 the mailbox is full" to the end of data carol@here.example once
      And imap.here.example answers "550 5.2.1 the mailbox is closed" to the end of data dan@here.example
      When mallory sends a message to alice@here.example, carol@here.example and dan@here.example
      Then imap.here.example receives it for alice@here.example
      And the queue still holds the message for carol@here.example
      And mallory is notified once that dan@here.example failed
      When the next attempt is due
      Then imap.here.example receives it for alice@here.example and carol@here.example
      And mallory gets 1 notification

    Example: Two of three are taken at RCPT already
      Given imap.here.example answers "550 5.1.1 nobody of that name" to RCPT alice@here.example
      And imap.here.example answers "550 5.2.1 the mailbox is closed" to the end of data carol@here.example
      When mallory sends a message to alice@here.example, carol@here.example and dan@here.example
      Then imap.here.example receives it for dan@here.example
      And mallory is notified once that alice@here.example failed
      And mallory is notified once that carol@here.example failed

    @rfc2033-4.2-05
    Example: An answer of several lines is one answer
      Given imap.here.example answers "250-2.1.5 taken / 250 2.1.5 and kept" to the end of data alice@here.example
      And imap.here.example answers "550-5.2.1 the mailbox / 550 5.2.1 is closed" to the end of data carol@here.example
      When mallory sends a message to alice@here.example, carol@here.example and dan@here.example
      Then imap.here.example receives it for alice@here.example and dan@here.example
      And mallory is notified once that carol@here.example failed
      And mallory gets 1 notification

    Scenario Outline: The same over a session that knows <keywords>
      Given mail for users here goes to the POP and IMAP service old.here.example, which offers only <keywords>
      And old.here.example answers "550 5.2.1 the mailbox is closed" to the end of data carol@here.example
      When mallory sends a message to alice@here.example, carol@here.example and dan@here.example
      Then old.here.example receives it for alice@here.example and dan@here.example
      And mallory is notified once that carol@here.example failed
      And old.here.example finds nothing wrong with the client

      Examples: ways to send commands and content
        | keywords                |
        | nothing                 |
        | PIPELINING              |
        | CHUNKING                |
        | PIPELINING and CHUNKING |

    Example: Commands go in one group
      Given mail for users here goes to the POP and IMAP service quick.here.example, which offers only PIPELINING
      And quick.here.example holds its answer for MAIL
      And mallory sends a message to alice@here.example and carol@here.example
      Then the client meanwhile says to quick.here.example:
        """
        LHLO mail.here.example
        MAIL FROM:<mallory@elsewhere.example>
        RCPT TO:<alice@here.example>
        RCPT TO:<carol@here.example>
        DATA
        """
      When quick.here.example answers at last
      Then quick.here.example receives it for alice@here.example and carol@here.example

    Scenario Outline: <answer> to LHLO: neither EHLO nor HELO is tried, and nothing comes back
      Given imap.here.example answers "<answer>" to LHLO once
      And mallory sends a message to alice@here.example
      Then the queue still holds the message for alice@here.example
      When the next attempt is due
      Then imap.here.example receives it for alice@here.example
      And imap.here.example sees exactly 2 connections
      And imap.here.example finds nothing wrong with the client
      And no notification is sent

      Examples: of a service that is not ready, and of one that is set to something else
        | answer                 |
        | 421 4.3.2 not yet      |
        | 500 5.5.1 what is that |

  @rfc2033-5-04 @should
  Rule: What was answered is done, while other answers are still waited for

    Example: The answer for the second recipient takes its time
      Given imap.here.example holds its answer for the end of data carol@here.example
      And mallory sends a message to alice@here.example and carol@here.example
      Then the queue meanwhile holds nothing but the message for carol@here.example
      When imap.here.example answers at last
      Then imap.here.example receives it for alice@here.example and carol@here.example
      And the queue is empty

    @needs-kill
    Example: The server dies while it waits for the answer for the second recipient
      Given imap.here.example holds its answer for the end of data carol@here.example once
      And mallory sends a message to alice@here.example and carol@here.example
      And the queue meanwhile holds nothing but the message for carol@here.example
      When the server is killed and started again
      Then imap.here.example receives it for alice@here.example and carol@here.example

  @rfc2033-5-05 @must
  Rule: When the session breaks, the answers that came count, and everybody else is tried again

    Scenario Outline: The service <loss>
      Given imap.here.example <loss>
      And mallory sends a message to alice@here.example, carol@here.example and dan@here.example
      Then imap.here.example gets it for 1 recipient
      When the next attempt is due
      Then imap.here.example receives it for alice@here.example, carol@here.example and dan@here.example
      And the queue is empty
      And no notification is sent

      Examples: after the first of three answers, in every way
        | loss                                                                                  |
        | answers "250 2.1.5 taken" to the end of data once and closes                          |
        | sends "250 2.1.5 taken\\r\\n250 2.1" for the end of data once and closes              |
        | answers "421 4.3.2 closing" to the end of data once from the second time on and closes |
        # silence: server/delivery/lmtp.test.ts, where ten minutes cost nothing

  @rfc5321-4.5.4.1-01 @must
  Rule: A service that cannot be reached is waited for

    Example: It is down, and comes back
      Given imap.here.example is unreachable
      When mallory sends a message to alice@here.example
      Then the message is accepted
      And the queue still holds the message for alice@here.example
      When imap.here.example can be reached again
      And the next attempt is due
      Then imap.here.example receives it for alice@here.example
      And no notification is sent

  @mail-service-30
  Rule: Messages share sessions

    Example: Ten waiting messages
      Given imap.here.example is unreachable
      And mallory sends 10 messages to alice@here.example
      And imap.here.example can be reached again
      When the operator runs the queue
      Then imap.here.example receives 10 messages
      And imap.here.example sees at most 4 connections

  @rfc5321-3.9-01 @rfc5321-3.9-02 @should
  Rule: Aliases and lists are opened here

    Example: The service knows nothing of them
      Given the setting aliases is [{"address": "team", "to": ["alice", "bob@there.example"]}]
      And there.example has the mail exchanger mx1.there.example
      When mallory sends a message to team@here.example
      Then imap.here.example receives it for alice@here.example
      And mx1.there.example receives it for bob@there.example
      And imap.here.example receives it from <mallory@elsewhere.example>

    Example: A list
      Given the setting lists is [{"address": "friends", "owner": "dan@here.example", "members": ["alice@here.example", "carol@here.example"]}]
      When mallory sends a message to friends@here.example
      Then imap.here.example receives it for alice@here.example and carol@here.example
      And imap.here.example receives it from <dan@here.example>

    @rfc5321-4.5.1-03
    Example: The postmaster, whom nobody set up
      When mallory sends a message to postmaster@here.example
      Then imap.here.example receives it for postmaster@here.example

    Example: A name that can only be written in quotes, at another domain of ours
      Given the setting users is [{"name": "john doe", "addresses": ["john@two.example"]}]
      And the server accepts mail for two.example
      When mallory sends a message to john@two.example
      Then imap.here.example receives it for "john doe"@here.example

  @rfc5321-4.4-10 @must
  Rule: Return-Path is left to the service, whose delivery is the last one

    Example: The message has the trace of this server, and nothing else is new
      When mallory sends a message to alice@here.example
      Then the content arrives at imap.here.example below one new trace field

  @rfc3461-5.2.3-01 @must
  Rule: Delivery to the service is delivery

    Example: The sender wants to hear of it
      When mallory sends a message to alice@here.example with:
        | notify | SUCCESS |
      Then mallory is notified once that alice@here.example was delivered
      And imap.here.example receives it with the parameters:
        | command | parameter | value    |
        | RCPT    | NOTIFY    | (absent) |

  @rfc2033-1-01 @must
  Rule: LMTP is not spoken on port 25

    Example: The administrator writes it all the same
      Given the setting mailboxes.lmtp is {"host": "127.0.0.1", "port": 25}
      When the server starts
      Then the server refuses to start and says why
