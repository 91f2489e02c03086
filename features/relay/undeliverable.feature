@needs-outgoing
Feature: What cannot be delivered onwards is reported to its sender
  Having accepted a message, a relay delivers it or says why not: to the reverse-path, from nobody.

  Background:
    Given the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
    And there.example has the mail exchanger mx1.there.example
    And elsewhere.example has the mail exchanger mx.elsewhere.example that offers only nothing

  @rfc5321-6.1-04 @rfc5321-6.1-05 @rfc5321-3.6.3-03 @must
  Rule: The notification comes from this server, with a null reverse-path, and goes to the reverse-path

    Example: The far host knows no such mailbox
      Given mx1.there.example refuses permanently for RCPT
      When mallory sends a message to robert@here.example
      Then the client says to mx.elsewhere.example:
        """
        EHLO mail.here.example
        MAIL FROM:<>
        RCPT TO:<mallory@elsewhere.example>
        DATA
        …
        .
        QUIT
        """
      And the notification to mallory tells of bob@there.example:
        | reporting-mta | dns; *mail.here.example |
        | remote-mta    | mx1.there.example       |
      And mx.elsewhere.example finds nothing wrong with the client

    @rfc5321-3.6.3-02 @should
    Example: In the form that programs read
      Given mx1.there.example refuses permanently for RCPT
      When mallory sends a message to robert@here.example
      Then the message at mx.elsewhere.example has the fields:
        | field        | value                                            |
        | Content-Type | multipart/report; .*report-type="?delivery-status |
        | MIME-Version | 1.0                                              |

  @rfc7504-3-04 @rfc7504-4-02 @must
  Rule: Hosts that take no mail at all are believed

    Scenario Outline: <reply> to <moment>
      Given mx1.there.example answers "<reply>" to <moment>
      When mallory sends a message to robert@here.example
      Then mallory is notified once that bob@there.example failed
      And the queue is empty
      And mx1.there.example sees exactly 1 connection

      Examples: no mail here, none for that domain
        | moment         | reply                       |
        | the connection | 521 mx1 does not take mail  |
        | the connection | 554 no SMTP service here    |
        | RCPT           | 556 that domain takes none  |
        | MAIL           | 521 mx1 does not take mail  |

    Example: Another mail exchanger takes it
      Given there.example has the mail exchangers:
        | preference | host              |
        | 20         | mx2.there.example |
      And mx1.there.example answers "521 mx1 does not take mail" to the connection
      When mallory sends a message to robert@here.example
      Then mx2.there.example receives it for bob@there.example
