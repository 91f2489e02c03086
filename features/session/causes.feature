Feature: A refusal tells its cause
  Who is refused learns from the codes what is wrong and whether it is worth trying again.

  @rfc3463-2-04 @rfc3463-3.1-01 @rfc3463-3.2-01 @rfc3463-3.2-05 @rfc3463-3.4-03 @rfc3463-3.4-04 @rfc3463-3.6-01 @should
  @rfc3463-3.6-02 @rfc3463-3.6-04 @rfc3463-3.8-01 @rfc5321-3.3-05 @rfc5321-3.6.2-02 @rfc5321-4.2.4-02 @rfc5321-4.1.5-01
  Rule: The enhanced status code tells the cause as closely as it can be told

    Example: A cause each
      Given the setting limits.messageSize is 1000
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        """
      Then the server answers:
        | command                                 | answer               |
        | RCPT TO:<alice@here.example>            | 250 2.1.5            |
        | RCPT TO:<nobody@here.example>           | 550 5.1.1            |
        | RCPT TO:<bob@there.example>             | 550 5.7.1\|554 5.7.1 |
        | RCPT TO:<alice@here.example> FANCY      | 555 5.5.4            |
        | MAIL FROM:<bob@there.example>           | 503 5.5.1            |
        | XYZZY                                   | 500 5.5.2            |
        | NOOP {x × 5000}                         | 500 5.5.2\|250       |
        | TURN                                    | 502 5.5.1\|500 5.5.2 |
        | RSET now                                | 501 5.5.4            |
        | HELP NOTHING                            | 504 5.5.4\|500 5.5.2\|21z |
        | RSET                                    | 250 2.0.0            |
        | MAIL FROM:<bob@there.example> SIZE=2000 | 552 5.3.4            |

    @rfc3463-3.8-02 @rfc5248-2.4-06 @rfc5248-2.4-07 @rfc5248-3-01
    @needs-tls
    Example: A password that everybody could read
      Given a stranger has introduced itself in clear on the relay listener
      Then the server answers:
        | command                     | answer |
        | AUTH PLAIN AGFsaWNlAHdyb25n | 5yz    |

    @rfc3463-3.8-02 @rfc5248-2.4-06 @rfc5248-3-01
    @needs-tls
    Example: Authentication: no cause that would help to guess
      Given a stranger has introduced itself under TLS on the relay listener
      Then the server answers:
        | command                                              | answer                           |
        | AUTH CRAM-MD5                                        | 334                              |
        | YWxpY2UgMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA= | 535 5.7.8                        |
        | AUTH CRAM-MD5                                        | 334                              |
        | bm9ib2R5IDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw | 535 5.7.8                        |

  @rfc5321-4.2.1-03 @rfc5321-3.3-02 @rfc2505-2.7-01 @rfc2505-2.8-01 @must
  Rule: What may be otherwise later is refused with 4yz, what will not is refused with 5yz

    Example: A sender who is not wanted
      Given the setting refusals.senders is ["spam.example"]
      When mallory sends a message from <mallory@spam.example> to alice@here.example
      Then the message is refused with 5yz 5.7.1

    Example: A sender who is too fast
      Given the setting limits.messagesPerMinute is 1
      And a stranger has said:
        """
        EHLO client.example
        """
      Then MAIL is answered for the reverse-paths:
        | path                   | answer               |
        | <bob@there.example>    | 250                  |
        | <bob@there.example>    | 451 4.7.1\|450 4.7.1 |

    @rfc5321-4.5.3.1.10-02 @rfc5321-4.5.3.1.10-03 @rfc3463-3.6-03 @rfc5248-2.4-05
    Example: More recipients than the server takes at a time
      Given the setting limits.recipients is 100
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message to 101 recipients at there.example
      Then 100 recipients are accepted and 1 is refused temporarily
      And the message is refused with 452 4.5.3
      And mx1.there.example gets it for 100 recipients
