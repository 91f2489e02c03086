@needs-outgoing
Feature: Reports about international addresses reach senders of either kind
  A sender whose own address is ASCII must be able to read the report anywhere; one whose address is not, gets it as it is.

  Background:
    Given there.example has the mail exchanger mx1.there.example
    And mx1.there.example refuses permanently for RCPT
    And elsewhere.example has the mail exchanger mx.elsewhere.example
    And the setting aliases is [{"address": "robert", "to": ["用户@there.example"]}]

  @rfc6533-3-08 @rfc6533-4.1-03 @rfc3464-2.1-01 @must
  Rule: To an ASCII sender everything is ASCII, with code points written out

    Example: An international recipient fails
      When alice sends a message to 用户@there.example
      Then the notification to alice has the parts:
        | type                          | encoding |
        | text/plain                    | quoted-printable |
        | message/delivery-status       | 7bit     |
        | message/global                | base64   |
      And the notification to alice tells of 用户@there.example:
        | final-recipient | ^utf-8; \\\\x\\{7528\\}\\\\x\\{6237\\}@there\\.example$ |

    @rfc6533-3-07 @needs-dsn
    Example: An original recipient that is none stays what it was
      When these recipients are named in one message from alice@here.example:
        | recipient         | parameters                      |
        | bob@there.example | ORCPT=utf-8;no\x{2B}address     |
      Then the notification to alice tells of bob@there.example:
        | original-recipient | ^utf-8;no\\\\x\\{2B\\}address$ |

  @rfc6533-3-06 @rfc6533-4.1-01 @rfc6533-4.4-01 @rfc6533-6.4-01 @rfc6533-6.3-01 @rfc6533-4.1-02 @must
  Rule: To an international sender the fields are UTF-8, in the parts that are made for it

    Example: Sender and recipient are international
      Given mallory has the address ünï@elsewhere.example
      When mallory sends a message to robert@here.example
      Then the notification to mallory has the parts:
        | type                           | encoding |
        | text/plain                     | 8bit     |
        | message/global-delivery-status | 8bit     |
        | message/global                 | 8bit     |
      And the notification to mallory has the fields:
        | field        | value                                 |
        | Content-Type | report-type=global-delivery-status    |
      And the notification to mallory tells of 用户@there.example:
        | final-recipient | ^utf-8; 用户@there\\.example$ |
      And mx.elsewhere.example receives it with the parameters:
        | command | parameter | value    |
        | MAIL    | SMTPUTF8  |          |
        | MAIL    | BODY      | 8BITMIME |

    Example: Only the header was asked for
      Given mallory has the address ünï@elsewhere.example
      When mallory sends a message to robert@here.example with:
        | ret   | HDRS                         |
        | orcpt | utf-8;r\x{F6}bert@x.example  |
      Then the notification to mallory has the parts:
        | type                           | encoding |
        | text/plain                     | 8bit     |
        | message/global-delivery-status | 8bit     |
        | message/global-headers         | 8bit     |

  @rfc6533-3-04 @rfc6533-3-05 @must @needs-dsn
  Rule: An international original recipient goes on in the form that the next host understands

    Example: To a host with SMTPUTF8
      Given third.example has the mail exchanger mx.third.example
      When these recipients are named in one international message from alice@here.example:
        | recipient         | parameters               |
        | 用户@third.example | ORCPT=utf-8;r\x{F6}bert@x.example |
      Then mx.third.example receives it with the parameters:
        | command | parameter | value                  |
        | RCPT    | ORCPT     | utf-8;röbert@x.example |

    Example: To a host without it
      Given third.example has the mail exchanger mx.third.example that withholds SMTPUTF8
      When these recipients are named in one message from alice@here.example:
        | recipient         | parameters                           |
        | dan@third.example | ORCPT=utf-8;\x{7528}\x{6237}@x.example |
      Then mx.third.example receives it with the parameters:
        | command | parameter | value                              |
        | RCPT    | ORCPT     | utf-8;\\x{7528}\\x{6237}@x.example |
