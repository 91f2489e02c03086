Feature: Reports know aliases from lists
  An alias is another name for its targets, and the sender goes on hearing; a list has an administrator who hears instead.

  Background:
    Given there.example has the mail exchanger mx1.there.example
    And the settings:
      | setting | value                                                                                                                  |
      | aliases | [{"address": "robert", "to": ["bob@there.example"]}, {"address": "team", "to": ["alice", "bob@there.example"]}]           |
      | lists   | [{"address": "friends", "owner": "carol@here.example", "members": ["bob@there.example", "eve@there.example"]}]            |

  @rfc3461-5.2.7.2-01 @rfc3461-5.2.7.2-02 @should
  Rule: An alias with one target is silent, and its target carries the request on

    Example: To a host that knows DSN
      When alice sends a message to robert@here.example with:
        | notify | SUCCESS,DELAY             |
        | ret    | HDRS                      |
        | envid  | QQ314159                  |
        | orcpt  | rfc822;Robert@Old.Example |
      Then mx1.there.example receives it for bob@there.example
      And mx1.there.example receives it with the parameters:
        | command | parameter | value                     |
        | MAIL    | RET       | HDRS                      |
        | MAIL    | ENVID     | QQ314159                  |
        | RCPT    | NOTIFY    | SUCCESS,DELAY             |
        | RCPT    | ORCPT     | rfc822;Robert@Old.Example |
      And alice gets 0 notifications

    Example: To a mailbox here
      Given the setting aliases is [{"address": "caroline", "to": ["carol"]}]
      When alice sends a message to caroline@here.example with:
        | notify | SUCCESS |
      Then alice gets 1 notification
      And carol finds the message in the mailbox

    Example: It fails, and the report names the target that failed
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to robert@here.example with:
        | orcpt  | rfc822;robert@here.example |
      Then the notification to alice tells of bob@there.example:
        | original-recipient | ^rfc822;robert@here\\.example$ |

  @rfc3461-5.2.7.3-01 @rfc3464-3-04 @rfc3464-3-03 @must
  Rule: An alias with several targets is reported as expanded, and success is not reported again

    Example: One target here, one far away
      When alice sends a message to team@here.example with:
        | notify | SUCCESS,FAILURE |
      Then alice is notified once that team@here.example was expanded
      And alice gets 1 notification
      And mx1.there.example receives it with the parameters:
        | command | parameter | value   |
        | RCPT    | NOTIFY    | FAILURE |

    Example: Success alone was asked for
      When alice sends a message to team@here.example with:
        | notify | SUCCESS |
      Then alice is notified once that team@here.example was expanded
      And mx1.there.example receives it with the parameters:
        | command | parameter | value |
        | RCPT    | NOTIFY    | NEVER |

    Example: One target fails, and the sender hears of it
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to team@here.example
      Then alice is notified once that bob@there.example failed
      And alice gets 1 notification

  @rfc3461-5.2.7.1-01 @rfc3464-2.3.3-04 @rfc3464-3-05 @must
  Rule: A list is reported as delivered when it took the message

    Example: Success
      When alice sends a message to friends@here.example with:
        | notify | SUCCESS |
      Then alice is notified once that friends@here.example was delivered
      And alice gets 1 notification

  @rfc3461-5.2.7.1-02 @rfc3461-5.2.7.1-03 @rfc3461-5.2.7.1-04 @rfc3461-4.2-05 @rfc5321-3.9-02 @must
  Rule: What a list sends out is its own: sender, requests and original recipients

    Example: Every parameter of the author
      When alice sends a message to friends@here.example with:
        | notify | SUCCESS,DELAY               |
        | ret    | HDRS                        |
        | envid  | QQ314159                    |
        | orcpt  | rfc822;friends@here.example |
      Then mx1.there.example receives it from <carol@here.example>
      And mx1.there.example receives it with the parameters:
        | command | parameter | value    |
        | MAIL    | RET       | (absent) |
        | MAIL    | ENVID     | (absent) |
        | RCPT    | NOTIFY    | (absent) |
      And mx1.there.example hears no ORCPT of friends@here.example

  @rfc5321-3.9.2-01 @rfc3461-5.2.7.1-05 @must
  Rule: Failures of members are told to the list's administrator, who is a human being

    Example: A member does not exist any more
      Given mx1.there.example refuses permanently for RCPT bob@there.example
      When mallory sends a message to friends@here.example
      Then carol is notified once that bob@there.example failed
      And mallory gets 0 notifications

    Example: Whatever else is written to the administrator's address arrives
      When mallory sends a message to friends-request@here.example
      Then carol finds the message in the mailbox
