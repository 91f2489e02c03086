@needs-admin
Feature: What the server tells about itself
  Whoever looks for a message, or for what somebody tried, finds it in the journal and in the numbers.

  @mail-service-76
  Rule: The journal is read by what is looked for

    Example: Of one kind, the latest, what came after, and of nobody
      Given mallory sends a message to alice@here.example
      And the queue comes to rest
      When the administrator asks for /api/journal?event=message-accepted
      Then the answer holds:
        | place           | value            |
        | events[0].event | message-accepted |
        | events[1]       | (absent)         |
      When the administrator asks for /api/journal?event=server-started,message-finished&limit=1
      Then the answer holds:
        | place           | value            |
        | events[0].event | message-finished |
        | events[1]       | (absent)         |
      When the administrator asks for /api/journal?since=3
      Then the answer holds:
        | place              | value |
        | events[0].sequence | 4     |
        | events[1].sequence | 5     |
      When the administrator asks for /api/journal?session=nobody
      Then the answer holds:
        | place     | value    |
        | events[0] | (absent) |

  @mail-service-76
  Rule: The journal outlives the server, on disk

    Example: A message is found after a restart
      Given mallory sends a message to alice@here.example
      And the queue comes to rest
      When the server restarts
      Then the file data/journal.jsonl of the server contains "recipient-delivered"

  @mail-service-77
  Rule: Nobody else on the machine reads mail, passwords or who wrote to whom

    Example: After mail has come and settings were changed
      Given mallory sends a message to alice@here.example
      And the queue comes to rest
      When the administrator patches the settings with:
        """
        { "subaddressSeparator": "+" }
        """
      Then nobody else on the machine can read the files of the server

    Example: Passwords are not kept in clear where no method needs them
      Given the methods of authentication are PLAIN, LOGIN and SCRAM-SHA-256
      When the administrator patches the settings with:
        """
        { "users": [{ "name": "alice", "password": "correct horse" }] }
        """
      Then the file settings.json of the server does not contain "correct horse"
      And the file settings.json of the server does not contain "alice's password"
      And the file settings.json of the server contains "SCRAM-SHA-256$"

    Example: What somebody guessed
      When this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN {base64 \0alice\0wrong horse}
        S: 535
        C: QUIT
        S: 221
        """
      And the administrator asks for /api/journal
      Then it contains "authentication-failed"
      And it does not contain "wrong horse"
      And it does not contain "AGFsaWNlAHdyb25nIGhvcnNl"

  @mail-service-46
  Rule: The numbers are those of what happened

    Example: A message, a refused recipient and a wrong password
      When this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<mallory@elsewhere.example>
        S: 250
        C: RCPT TO:<nobody@here.example>
        S: 550
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\nx\r\n.\r\n
        S: 250
        C: QUIT
        S: 221
        """
      And this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN {base64 \0alice\0wrong horse}
        S: 535
        C: QUIT
        S: 221
        """
      Then the metrics are:
        | metric                                          | value |
        | sessions_total{role="relay"}                    | 1     |
        | sessions_total{role="submissions"}              | 1     |
        | sessions_active                                 | 0     |
        | session_duration_seconds_bucket{le="60"}        | 2     |
        | session_duration_seconds_count                  | 2     |
        | tls_handshakes_total{outcome="succeeded"}       | 1     |
        | tls_handshakes_total{outcome="failed"}          | 0     |
        | authentications_total{outcome="succeeded"}      | 0     |
        | authentications_total{outcome="failed"}         | 1     |
        | senders_total{ruling="accepted"}                | 1     |
        | recipients_total{ruling="accepted"}             | 1     |
        | recipients_total{ruling="refused"}              | 1     |
        | messages_total{ruling="accepted"}               | 1     |
        | messages_total{ruling="refused"}                | 0     |
        | message_size_bytes_bucket{le="1000"}            | 1     |
        | message_size_bytes_bucket{le="+Inf"}            | 1     |
        | recipients_settled_total{outcome="delivered"}   | 1     |
        | recipients_settled_total{outcome="failed"}      | 0     |
        | queue_messages                                  | 0     |
        | queue_size_bytes                                | 0     |
        | open_relay                                      | 0     |

    Example: Mail that waits
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example is unreachable
      When a message from alice to bob@there.example is queued after 1 failed attempt
      Then the metrics are:
        | metric                                         | value |
        | queue_messages                                 | 1     |
        | queue_recipients{state="queued"}               | 1     |
        | queue_recipients{state="held"}                 | 0     |
        | attempts_total                                 | 1     |
        | attempts_ended_total                           | 1     |
        | recipients_settled_total{outcome="deferred"}   | 1     |

  @mail-service-19
  Rule: An open relay is told by every means

    Example: In numbers and in words
      Given authentication is off and trusted hosts are not set
      When somebody asks for /health without the token
      Then the answer holds:
        | place             | value      |
        | status            | degraded   |
        | reasons[0].reason | open-relay |
      And the metrics are:
        | metric     | value |
        | open_relay | 1     |

    Example: A server that is none
      When somebody asks for /health without the token
      Then the answer holds:
        | place      | value    |
        | status     | ok       |
        | reasons[0] | (absent) |
