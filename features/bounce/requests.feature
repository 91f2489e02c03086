@needs-dsn @needs-outgoing
Feature: The sender decides what to be told of
  NOTIFY asks for reports of success, failure or delay, or for silence; every server on the way obeys, or passes the duty on.

  Background:
    Given there.example has the mail exchanger mx1.there.example

  @rfc3461-4.1-03 @rfc3461-4.1-04 @rfc3461-5.2.6-01 @rfc3461-5.2.6-02 @rfc3461-5.2.6-03 @rfc3461-5.2.2-03 @rfc3461-5.2.2-04 @rfc3461-5.2.2-07 @must
  Rule: A failure is reported when it was asked for, or nothing was said

    Scenario Outline: NOTIFY=<notify>
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example with:
        | notify | <notify> |
      Then alice gets <count> notifications
      And the queue is empty

      Examples: asked for
        | notify                | count |
        | FAILURE               | 1     |
        | SUCCESS,FAILURE       | 1     |
        | SUCCESS,FAILURE,DELAY | 1     |

      Examples: not asked for
        | notify        | count |
        | NEVER         | 0     |
        | SUCCESS       | 0     |
        | DELAY         | 0     |
        | SUCCESS,DELAY | 0     |
      # nothing said: notifications.feature

    @rfc3461-5.2.6-04
    Example: Whoever finds undeliverable mail in a place for dead letters: it has failed, and was not delivered
      Given mx1.there.example refuses permanently for RCPT
      And the setting postmaster is carol
      When alice sends a message to bob@there.example with:
        | notify | SUCCESS,FAILURE |
      Then alice gets 1 notification
      And the notification to alice tells of bob@there.example:
        | action | ^failed$ |

  @rfc3461-5.2.3-01 @rfc3461-5.2.3-02 @rfc3461-5.2.3-03 @rfc3461-5.2.3-04 @rfc3464-2.3.3-02 @must
  Rule: Delivery into a mailbox here is reported as delivered, when success was asked for

    Scenario Outline: NOTIFY=<notify>
      When alice sends a message to carol@here.example with:
        | notify | <notify> |
      Then carol finds the message in the mailbox
      And alice gets <count> notifications

      Examples: with and without success
        | notify                | count |
        | SUCCESS               | 1     |
        | SUCCESS,FAILURE,DELAY | 1     |
        | FAILURE               | 0     |
        | DELAY                 | 0     |
        | NEVER                 | 0     |

    Example: What it says
      When alice sends a message to carol@here.example with:
        | notify | SUCCESS |
      Then alice is notified once that carol@here.example was delivered
      And the notification to alice tells of carol@here.example:
        | status          | ^2\\.\\d+\\.\\d+$ |
        | remote-mta      | absent            |
        | diagnostic-code | ^\\(absent\\)$\|^X-[\\w-]+; |

    Example: Nothing was said
      When alice sends a message to carol@here.example
      Then carol finds the message in the mailbox
      And alice gets 0 notifications

  @rfc3461-3-01 @rfc3461-5-01 @rfc3461-5.2.1-01 @rfc3461-5.2.1-02 @rfc3461-5.2.1-03 @rfc3461-5.2.1-04 @rfc3461-5.2.1-06 @rfc3461-4-02 @rfc3461-4.5-03 @must
  Rule: Where the next server knows DSN, the request goes on as it came and the duty with it

    Example: Everything that can be asked for
      When alice sends a message to bob@there.example with:
        | notify | SUCCESS,FAILURE,DELAY    |
        | ret    | HDRS                     |
        | envid  | aBc+1=2 Zz               |
        | orcpt  | rfc822;MiXeD+a=b@X.Example |
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value                          |
        | MAIL    | RET       | HDRS                           |
        | MAIL    | ENVID     | aBc+2B1+3D2+20Zz               |
        | RCPT    | NOTIFY    | SUCCESS,FAILURE,DELAY          |
        | RCPT    | ORCPT     | rfc822;MiXeD+2Ba+3Db@X.Example |
      And mx1.there.example finds nothing wrong with the client
      And alice gets 0 notifications

    Example: The whole message is wanted
      When alice sends a message to bob@there.example with:
        | ret | FULL |
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value |
        | MAIL    | RET       | FULL  |

    Scenario Outline: NOTIFY=<notify>
      When alice sends a message to bob@there.example with:
        | notify | <notify> |
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value    |
        | RCPT    | NOTIFY    | <notify> |
        | MAIL    | RET       | (absent) |
        | MAIL    | ENVID     | (absent) |
      And alice gets 0 notifications

      Examples: single requests
        | notify  |
        | NEVER   |
        | SUCCESS |
        | FAILURE |

    @rfc3461-5.2.1-05 @rfc3461-4.2-04
    Example: Nothing was asked for, and nothing is added but perhaps the recipient's own address
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value    |
        | MAIL    | RET       | (absent) |
        | MAIL    | ENVID     | (absent) |
        | RCPT    | NOTIFY    | (absent) |
      And mx1.there.example is told no ORCPT but of bob@there.example

  @rfc3461-5.2.2-01 @rfc3461-5.2.2-02 @rfc3461-5.2.2-04 @rfc3461-5.2.2-05 @rfc3461-5.2.2-06 @rfc3464-2.3.3-03 @must
  Rule: Where the next server does not know DSN, nothing of it is said there, and success ends in a report that it was relayed

    Scenario Outline: NOTIFY=<notify>
      Given third.example has the mail exchanger mx.third.example that withholds DSN
      When alice sends a message to dan@third.example with:
        | notify | <notify> |
        | ret    | FULL     |
        | envid  | QQ314159 |
        | orcpt  | rfc822;dan@x.example |
      Then mx.third.example receives it with the parameters:
        | command | parameter | value    |
        | MAIL    | RET       | (absent) |
        | MAIL    | ENVID     | (absent) |
        | RCPT    | NOTIFY    | (absent) |
        | RCPT    | ORCPT     | (absent) |
      And mx.third.example receives it from <alice@here.example>
      And alice gets <count> notifications

      Examples: with and without success
        | notify          | count |
        | SUCCESS         | 1     |
        | SUCCESS,FAILURE | 1     |
        | FAILURE         | 0     |
        | DELAY           | 0     |

    Example: Never
      Given third.example has the mail exchanger mx.third.example that withholds DSN
      When alice sends a message to dan@third.example with:
        | notify | NEVER |
      Then mx.third.example receives it once
      And alice gets 0 notifications

    Example: Nothing was asked for
      Given third.example has the mail exchanger mx.third.example that withholds DSN
      When alice sends a message to dan@third.example
      Then mx.third.example receives it from <alice@here.example>
      And alice gets 0 notifications

    Example: What the report says
      Given third.example has the mail exchanger mx.third.example that withholds DSN
      When alice sends a message to dan@third.example with:
        | notify | SUCCESS |
      Then alice is notified once that dan@third.example was relayed
      And the notification to alice tells of dan@third.example:
        | status          | ^2\\.                      |
        | remote-mta      | ^dns; mx\\.third\\.example$ |
        | diagnostic-code | ^smtp; 250                 |

  @rfc3461-5.2.5-01 @rfc3461-5.2.5-02 @must
  Rule: A delay is reported once, when it was asked for or nothing was said

    @needs-clock
    Scenario Outline: NOTIFY=<notify>
      Given mx1.there.example refuses temporarily for RCPT
      And alice sends a message to bob@there.example with:
        | notify | <notify> |
      When 3 days pass
      Then alice gets <count> notifications
      And the queue still holds the message for bob@there.example

      Examples: with and without delay
        | notify                | count |
        | DELAY                 | 1     |
        | SUCCESS,FAILURE,DELAY | 1     |
        | FAILURE               | 0     |
        | SUCCESS,FAILURE       | 0     |
        | NEVER                 | 0     |

    @needs-clock
    Example: Nothing was said
      Given mx1.there.example refuses temporarily for RCPT
      And alice sends a message to bob@there.example
      When 3 days pass
      Then alice is notified once that bob@there.example was delayed
      And the notification to alice tells of bob@there.example:
        | action           | ^delayed$                       |
        | status           | ^4\\.2\\.1$                     |
        | remote-mta       | ^dns; mx1\\.there\\.example$    |
        | diagnostic-code  | ^smtp; 450 4\\.2\\.1            |
        | will-retry-until | ^\\w{3}, \\d+ \\w{3} \\d{4}     |

    @needs-clock @rfc3464-2.3.3-02
    Example: A delay that ends well stays the last word
      Given mx1.there.example refuses temporarily for RCPT twice
      And alice sends a message to bob@there.example
      When 1 day passes
      Then mx1.there.example receives it once
      And alice gets 0 notifications

  @rfc3461-5.2.8-01 @rfc3464-3-03 @should
  Rule: A report tells only of recipients that something was asked for, and once

    Example: Three recipients of one message, and one of them asks
      Given mx1.there.example refuses permanently for RCPT
      When these recipients are named in one message from alice@here.example:
        | recipient         | parameters     |
        | bob@there.example | NOTIFY=NEVER   |
        | dan@there.example | NOTIFY=FAILURE |
        | eve@there.example | NOTIFY=SUCCESS |
        | carol@here.example | NOTIFY=FAILURE |
      Then alice is notified once that dan@there.example failed
      And the notification to alice is about 1 recipient
      And alice gets 1 notification
