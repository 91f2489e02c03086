Feature: Every octet of the content reaches the mailbox
  Nothing is added below the trace, nothing is taken away, nothing is mended.

  @rfc5321-4.5.2-04 @rfc5321-6.2-01 @rfc5321-7.2-02 @rfc5321-7.2-03 @must
  Rule: Content arrives as it was sent

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

    @rfc5321-4.4-05
    Example: No field is deduced from the envelope
      When mallory sends to alice@here.example:
        """
        Subject: {token}

        x
        """
      Then the content arrives unchanged in the mailbox of alice
      And the message of alice has no field To
      And the message of alice has no field Apparently-To
      And the message of alice has no field Sender

  @rfc5321-4.1.1.4-06 @rfc5321-4.5.2-02 @rfc5321-4.5.3.1.6-01 @rfc5321-4.5.3.1.6-02 @rfc5321-4.5.3.1.6-04 @rfc5321-2.4-10 @must
  Rule: Transparency is undone, and only transparency

    Scenario Outline: <what>
      Given a stranger has introduced itself in clear on the relay listener
      Then the server answers:
        | command                       | answer |
        | MAIL FROM:<bob@there.example> | 250    |
        | RCPT TO:<alice@here.example>  | 250    |
        | DATA                          | 354    |
        | Subject: x\\r\\n\\r\\n<sent>\\r\\n. | <code> |
      And the message in the mailbox of alice@here.example ends with "Subject: x\r\n\r\n<stored>"

      Examples: dots, long lines, eight bits
        | what                              | sent                   | stored                   | code |
        | no empty line is added            | end                    | end\\r\\n                  | 250  |
        | nor taken away                    | end\\r\\n\\r\\n            | end\\r\\n\\r\\n\\r\\n          | 250  |
        | a dot before a dot                | ..                     | .\\r\\n                    | 250  |
        | dots before letters               | ..a\\r\\n.b\\r\\n...c      | .a\\r\\nb\\r\\n..c\\r\\n       | 250  |
        | a line of 998 octets              | {x × 998}              | {x × 998}\\r\\n            | 250  |
        | a stuffed line of 999             | ..{x × 997}            | .{x × 997}\\r\\n           | 250  |
        | eight bits that nobody announced  | gr\\xc3\\xbc\\xc3\\x9fe    | gr\\xc3\\xbc\\xc3\\x9fe\\r\\n  | 250  |

    @rfc5321-4.5.3.1.6-02
    Scenario Outline: Where a line may have a thousand octets, <what>
      Given the setting limits.textLine is 1000
      And a stranger has introduced itself in clear on the relay listener
      Then the server answers:
        | command                       | answer |
        | MAIL FROM:<bob@there.example> | 250    |
        | RCPT TO:<alice@here.example>  | 250    |
        | DATA                          | 354    |
        | Subject: x\\r\\n\\r\\n<sent>\\r\\n. | <code> |

      Examples: the dot of transparency does not count, any other octet does
        | what                                | sent         | code |
        | a thousand, and a dot for the wire  | ..{x × 997}  | 250  |
        | a thousand and one                  | {x × 999}    | 5yz  |

    @rfc5321-4.5.3.1.6-04
    Example: A line of 10,000 octets is refused, or kept whole
      Given a stranger has introduced itself in clear on the relay listener
      Then the server answers:
        | command                                      | answer   |
        | MAIL FROM:<bob@there.example>                | 250      |
        | RCPT TO:<alice@here.example>                 | 250      |
        | DATA                                         | 354      |
        | Subject: x\\r\\n\\r\\n{x × 10000}\\r\\n. | 250\|5yz |
      And every message in the mailbox of alice@here.example ends with "Subject: x\r\n\r\n{x × 10000}\r\n"

  @rfc5321-2.3.8-04 @must
  Rule: A bare LF ends no line

    Example: Kept, where the settings say so
      Given the setting refusals.bareLineEnds is keep
      And a stranger has introduced itself in clear on the relay listener
      Then the server answers:
        | command                               | answer |
        | MAIL FROM:<bob@there.example>         | 250    |
        | RCPT TO:<alice@here.example>          | 250    |
        | DATA                                  | 354    |
        | Subject: x\\r\\n\\r\\na\\n..b\\n.\\nc\\r\\n. | 250    |
      And the message in the mailbox of alice@here.example ends with "Subject: x\r\n\r\na\n..b\n.\nc\r\n"

  @rfc5321-4.5.3.1.7-01 @rfc5321-4.5.3.1.8-04 @must
  Rule: Sizes and numbers that the standard promises are served, and at the limit nobody is lost

    Example: 65,536 octets
      When a stranger sends a message of 65536 octets to alice@here.example
      Then the message is accepted
      And the content arrives unchanged in the mailbox of alice

    Example: One recipient more than the server takes at a time
      Given there.example has the mail exchanger mx1.there.example
      And the setting limits.recipients is 100
      When alice sends a message to 101 recipients at there.example
      Then 100 recipients are accepted and 1 is refused temporarily
      And mx1.there.example gets it for 100 recipients
