@needs-outgoing
Feature: Content passes through unchanged
  A relay is a pipe with a stamp: it puts its trace field on top and touches nothing else, however strange it looks.

  @rfc5321-2.3.10-01 @rfc5321-4.4-05 @rfc5321-4.4-06 @rfc5321-4.4-15 @rfc5321-4.5.2-05 @rfc5321-6.4-01 @must
  Rule: One Received field is put before everything, and the rest is octet for octet what came

    Scenario Outline: The message "<message>" to a host that offers <what>
      Given there.example has the mail exchanger mx1.there.example that offers only <what>
      When alice sends the message "<message>" to bob@there.example
      Then the content arrives at mx1.there.example below one new trace field
      And mx1.there.example finds nothing wrong with the client

      Examples: content that invites repairs
        | message          | what                 |
        | peculiar         | SIZE                 |
        | peculiar         | CHUNKING and SIZE    |
        | leading-dots     | SIZE                 |
        | empty-lines      | SIZE                 |
        | control-chars    | SIZE                 |
        | no-header        | SIZE                 |
        | with-return-path | SIZE                 |

      @rfc6152-3-03
      Examples: eight bits
        | message   | what                  |
        | eight-bit | 8BITMIME              |
        | eight-bit | 8BITMIME and CHUNKING |

    @rfc5321-AppC-05
    Example: Where it goes is the envelope's affair, whatever the header says
      Given there.example has the mail exchanger mx1.there.example
      When alice sends the message "peculiar" to bob@there.example
      Then mx1.there.example receives it for bob@there.example
      And the name server is not asked for third.example

  @rfc5321-4.1.1.4-05 @must
  Rule: Dots are doubled at the beginning of lines, and nothing is added before the last one

    Example: The exact octets
      Given there.example has the mail exchanger mx1.there.example that offers only SIZE
      When alice sends the message "leading-dots" to bob@there.example
      Then mx1.there.example hears the bytes "\r\n\r\n..\r\n...\r\n....three\r\n..leading\r\n...double\r\n.. \r\n\r\n..\r\n.\r\nQUIT"

  @rfc5321-2.3.8-05 @rfc5321-4.1.1.4-11 @must
  Rule: No CR or LF that stands alone leaves this server

    Scenario Outline: <bytes> was let in, because the administrator had it so
      Given the setting refusals.bareLineEnds is keep
      And there.example has the mail exchanger mx1.there.example
      When alice submits a message with the bytes "<bytes>" for bob@there.example
      Then mx1.there.example is sent no CR or LF that stands alone

      Examples: what other servers might take for an end
        | bytes                              |
        | one\\ntwo                          |
        | one\\rtwo                          |
        | one\\n.\\r\\nMAIL FROM:<x@y.example> |
        | one\\r.\\r\\nMAIL FROM:<x@y.example> |
        | one\\r\\n\\n.\\n                   |

  @rfc6152-3-05 @rfc5321-2.4-09 @rfc5321-2.2.3-01 @must
  Rule: Eight-bit content that a host does not take is returned whole, not mangled

    @rfc6152-3-06
    Example: No host of the domain offers 8BITMIME
      Given there.example has the mail exchanger mx1.there.example that offers only SIZE and PIPELINING
      When alice sends the message "eight-bit" to bob@there.example
      Then mx1.there.example hears no octet beyond ASCII
      And mx1.there.example receives it converted, or alice is notified that bob@there.example failed with 5.6.3
      And the queue is empty

    @rfc5321-2.2.3-02
    Example: The second mail exchanger offers it
      Given there.example has the mail exchanger mx1.there.example that withholds 8BITMIME, BINARYMIME and SMTPUTF8
      And there.example has the mail exchangers:
        | preference | host              |
        | 20         | mx2.there.example |
      When alice sends the message "eight-bit" to bob@there.example
      Then mx2.there.example receives it as it is, or mx1.there.example converted
      And mx1.there.example hears no octet beyond ASCII
      And no notification is sent

  @rfc5321-2.3.1-01 @rfc5321-2.4-16 @rfc5321-4.1.1.4-02 @rfc5321-4.5.3.1.6-03 @must
  Rule: What the server writes itself is plain text in lines of fair length

    @rfc6152-3-04
    Scenario Outline: The notification about the message "<message>"
      Given the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      And there.example has the mail exchanger mx1.there.example
      And mx1.there.example refuses permanently for RCPT
      And elsewhere.example has the mail exchanger mx.elsewhere.example that offers only SIZE
      When mallory sends the message "<message>" to robert@here.example
      Then mallory is notified that bob@there.example failed
      And mx.elsewhere.example hears no octet beyond ASCII
      And mx.elsewhere.example hears no control characters
      And mx.elsewhere.example finds nothing wrong with the client

      Examples: what it returns is not plain
        | message       |
        | eight-bit     |
        | long-lines    |
        | leading-dots  |

    Example: The far host's words come with control characters
      Given the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      And there.example has the mail exchanger mx1.there.example
      And mx1.there.example sends "550 5.1.1 no \x07 \x1b[2J bell \0\r\n" for RCPT
      And elsewhere.example has the mail exchanger mx.elsewhere.example
      When mallory sends a message to robert@here.example
      Then mallory is notified that bob@there.example failed
      And mx.elsewhere.example hears no control characters

  @rfc6409-8-01 @must
  Rule: What our own users submit is completed before it goes out

    Example: Without Date and Message-ID
      Given alice is an authenticated user
      And there.example has the mail exchanger mx1.there.example
      When alice sends the message "no-header" to bob@there.example
      Then the message at mx1.there.example has the fields:
        | field      | value             |
        | Date       | \\d{4} \\d\\d:\\d\\d |
        | Message-ID | @mail.here.example> |
      And mx1.there.example finds nothing wrong with the client

    @rfc6409-4.2-02
    Example: A header whose addresses nobody can complete is not completed elsewhere either
      Given alice is an authenticated user
      And there.example has the mail exchanger mx1.there.example
      When alice sends the message "unqualified" to bob@there.example
      Then mx1.there.example receives a header that was completed in everything or in nothing

    @rfc5321-4.4-14 @should
    Example: A Return-Path that only a final delivery may write
      Given alice is an authenticated user
      And there.example has the mail exchanger mx1.there.example
      When alice sends the message "with-return-path" to bob@there.example
      Then the message at mx1.there.example has no field:
        | Return-Path |
