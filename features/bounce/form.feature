Feature: A notification has the form that programs and people can read
  Mail programs show it, list managers act on it, and other servers pass it on: it must be in order in every part.

  Background:
    Given there.example has the mail exchanger mx1.there.example

  # Every notification that any scenario looks at is held to the whole form (steps/notification-lint.ts).
  @rfc3464-2-01 @rfc6522-3-01 @rfc6522-3-02 @rfc3464-2.1-01 @rfc3464-2.1-02 @rfc3464-2.2-01 @rfc3464-2.4-01 @must
  @rfc3464-2.3.4-02 @rfc3464-2.2.5-01 @rfc3464-2.2.4-01 @rfc3464-2.3.7-01 @rfc3464-2.3.9-01 @rfc3464-2.1.2-01 @rfc3464-2.2.3-01
  @rfc3461-6.2-03 @rfc3461-6.3-06 @rfc3461-6.3-07 @rfc3464-2.3.6-02
  @rfc5322-2.1.1-01 @rfc5322-2.1.1-02 @rfc5322-2.2-01 @rfc5322-2.2.3-01 @rfc5322-2.3-01 @rfc5322-2.3-02 @rfc5322-3.3-01 @rfc5322-3.3-02
  @rfc5322-3.4.1-01 @rfc5322-3.6-02 @rfc5322-3.6-03 @rfc5322-4-01
  Rule: It is a report in three parts, in 7 bits, with the registered fields, each once and well formed

    Example: Failed for several recipients, with a reply of many long lines
      Given mx1.there.example answers "550-5.1.1 The mailbox that you wanted has been moved to another place, which this server is not at liberty to tell / 550-5.1.1 for reasons of its own / 550 5.1.1 Good bye" to RCPT
      When alice sends a message to bob@there.example and dan@there.example
      Then the notification to alice is about 2 recipients
      And the notification to alice has the parts:
        | type                    | encoding |
        | text/plain              | 7bit     |
        | message/delivery-status | 7bit     |
        | message/rfc822          | 7bit     |

    @needs-clock
    Example: Delayed
      Given mx1.there.example refuses temporarily for RCPT
      And alice sends a message to bob@there.example
      When 5 hours pass
      Then alice is notified once that bob@there.example was delayed
      And the notification to alice has the parts:
        | type                    | encoding |
        | text/plain              | 7bit     |
        | message/delivery-status | 7bit     |
        | text/rfc822-headers     | 7bit     |

    @needs-clock
    Scenario Outline: The moment of the last attempt is told where one has just ended: <action>
      Given the server is one of our own
      And mx1.there.example refuses <how> for RCPT
      And alice sends a message to bob@there.example
      When 5 hours pass
      Then the notification to alice tells of bob@there.example:
        | action            | ^<action>$ |
        | last-attempt-date | <when>     |

      Examples: by the answer of a host, and by time
        | how         | action  | when   |
        | permanently | failed  | \\d{4}  |
        | temporarily | delayed | absent |

    @rfc3461-5.2.3-01 @rfc3461-5.2.2-02 @rfc3461-5.2.7.3-01 @needs-dsn
    Example: Delivered, expanded and relayed
      Given third.example has the mail exchanger mx.third.example that withholds DSN
      And the setting aliases is [{"address": "team", "to": ["frank@there.example", "dan@there.example"]}]
      When alice sends a message to carol@here.example, team@here.example and eve@third.example with:
        | notify | SUCCESS |
      Then alice is notified once that carol@here.example was delivered
      And alice is notified once that team@here.example was expanded
      And alice is notified once that eve@third.example was relayed

  @rfc3464-2-03 @rfc3834-5.2-01 @rfc3834-5.2-02 @rfc3834-3.1.4-01 @rfc3834-3.1.5-01 @rfc3834-3.1.6-01 @rfc3834-3.1.7-01 @rfc3834-5.1-01 @rfc5322-3.6-04 @should
  Rule: Its header says that it comes from the postmaster, now, automatically, and about which message

    Example: The fields
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example
      Then the notification to alice has the fields:
        | field          | value                                     |
        | From           | (?:^\|<)(?:postmaster\|[Mm]ailer-[Dd]aemon\|MAILER-DAEMON)@(?:mail\\.)?here\\.example>?$ |
        | To             | ^<?alice@here\\.example>?$                |
        | Subject        | ^(?!.*letter)                             |
        | Auto-Submitted | ^auto-replied$                            |
        | Message-ID     | @mail\\.here\\.example>$                  |
        | References     | ^<letter-\\S+@here\\.example>$            |
        | Reply-To       | absent                                    |

    @rfc5321-4.5.1-02 @rfc3461-9.3-01
    Example: Whoever writes to the postmaster of the reporting host reaches somebody
      When a stranger sends a message to postmaster@mail.here.example
      Then the message is accepted
      And the mailbox of postmaster@here.example holds 1 message

  @rfc5322-3.6.4-01 @must
  Rule: No two messages that the server makes have one identifier

    Example: Ten reports
      Given mx1.there.example refuses permanently for RCPT
      When alice sends 10 messages to bob@there.example
      Then alice gets 10 notifications
      And no two notifications to alice have the same Message-ID

  @rfc3461-6.3-01 @rfc3461-6.3-02 @rfc3461-6.3-04 @rfc3461-6.3-05 @rfc3461-6.3-08 @rfc3461-6.3-09 @rfc3464-2.2.1-03 @rfc3464-2.3.2-02 @must
  Rule: The fields tell who reports, about whom, and what was said

    @needs-dsn
    Example: All that was given comes back as it was given
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to Bob.O'Brian+x@There.Example with:
        | envid  | aBc=1+2 Zz               |
        | orcpt  | rfc822;Robert=x@Old.Example |
        | notify | FAILURE                  |
      Then the notification to alice tells of Bob.O'Brian+x@There.Example:
        | original-envelope-id | ^aBc=1\\+2 Zz$                       |
        | reporting-mta        | ^dns; mail\\.here\\.example$         |
        | original-recipient   | ^rfc822; ?Robert=x@Old\\.Example$    |
        | final-recipient      | ^rfc822; Bob\\.O'Brian\\+x@There\\.Example$ |
        | remote-mta           | ^dns; mx1\\.there\\.example$         |
        | diagnostic-code      | ^smtp; 550 5\\.1\\.1 no such mailbox$ |

    Example: What was not given is not invented
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example
      Then the notification to alice tells of bob@there.example:
        | original-envelope-id | absent |
        | original-recipient   | absent |
        | dsn-gateway          | absent |

    @rfc3464-2.3.5-01
    Example: Where no other host took part, none is named
      Given there.example publishes a null MX
      And no.example does not exist
      When alice sends a message to dan@no.example
      Then the notification to alice tells of dan@no.example:
        | remote-mta      | absent                      |
        | diagnostic-code | ^\\(absent\\)$\|^X-[\\w-]+; |

    @rfc3461-9.2-01
    Example: A reply of several lines is shown as it came
      Given mx1.there.example answers "550-5.1.1 No such mailbox. / 550 5.1.1 See our pages." to RCPT
      When alice sends a message to bob@there.example
      Then the notification to alice tells of bob@there.example:
        | diagnostic-code | ^smtp; 550-5\\.1\\.1 No such mailbox\\. 550 5\\.1\\.1 See our pages\\.$ |

    @rfc3461-9.1-01
    Example: An odd address is not mended
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to "b (o) b \"x\""@there.example
      Then the notification to alice tells of "b (o) b \"x\""@there.example:
        | final-recipient | ^rfc822; "b \\(o\\) b \\\\"x\\\\""@there\\.example$ |

    @rfc3461-6.3-03 @rfc3461-9.3-02
    Example: A host without a full name does not pretend to have one
      Given the setting hostName is localhost
      And mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example
      Then the notification to alice tells of bob@there.example:
        | reporting-mta | ^x-local-hostname; localhost$ |

  @rfc5322-2.2-02 @must
  Rule: Nobody can write fields into it

    Example: A reply with control characters in it
      Given mx1.there.example sends "550 5.1.1 no\rAction: delivered\x0b\x1b[2J\x85\r\n" for RCPT
      When alice sends a message to bob@there.example
      Then the notification to alice tells of bob@there.example:
        | action          | ^failed$                                  |
        | diagnostic-code | ^smtp; 550 5\\.1\\.1 no([?\\\\a-z0-9]{1,6}Action: delivered.*)?$ |
