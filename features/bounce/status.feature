Feature: The status in a report names the cause
  Three numbers tell the sender's software whether to try again, and where the trouble lies.

  @rfc3463-3.2-02 @rfc3463-3.4-05 @rfc3463-3.5-04 @rfc3463-3.5-03 @rfc3463-3.5-01 @rfc3463-3.5-02 @rfc3463-3.5-06 @rfc3463-3.8-03 @should
  Rule: What goes wrong on the way has a status of its own

    Scenario Outline: <what>
      Given there.example <trouble>
      When alice sends a message to bob@there.example
      Then the notification to alice tells of bob@there.example:
        | action | ^failed$  |
        | status | <status>  |

      Examples: known at once
        | what                          | trouble                                | status               |
        | no such domain                | does not exist                         | ^5\\.(1\\.2\|4\\.4)$ |
        | no host for the domain        | has neither mail exchanger nor address | ^5\\.(1\\.2\|4\\.4)$ |
        | a domain that takes no mail   | publishes a null MX                    | ^5\\.1\\.(0\|2\|10)$    |

    @needs-clock
    Scenario Outline: <what>, until time is up
      Given there.example has the mail exchanger mx1.there.example
      And <trouble>
      And alice sends a message to bob@there.example
      When 6 days pass
      Then alice is notified that bob@there.example failed
      And the notification to alice tells of bob@there.example:
        | action | ^failed$  |
        | status | <status>  |

      Examples: troubles that might have gone by
        | what                       | trouble                                                        | status                  |
        | nobody answers             | mx1.there.example is unreachable                               | ^[45]\\.4\\.[17]$       |
        | the connection breaks      | mx1.there.example disconnects for DATA                         | ^[45]\\.4\\.[27]$       |
        | the name server is broken  | the names under there.example cannot be resolved for now       | ^[45]\\.4\\.[37]$       |
        | the mailbox rests          | mx1.there.example refuses temporarily for RCPT                 | ^4\\.2\\.1$             |

    @rfc3463-3.4-05
    Example: The best exchanger is this host itself
      Given the zone:
        """
        loop.example. MX 10 mail.here.example.
        """
      When alice sends a message to bob@loop.example
      Then the notification to alice tells of bob@loop.example:
        | status | ^5\\.(3\\.5\|4\\.6)$ |

  @rfc3463-2-05 @rfc3463-2-06 @must
  Rule: A status that nobody knows is reported as it came, by its class and subject

    Scenario Outline: <reply>
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example answers "<reply>" to RCPT
      When alice sends a message to bob@there.example
      Then alice is notified once that bob@there.example failed
      And the notification to alice tells of bob@there.example:
        | status | <status> |

      Examples: unknown parts
        | reply                | status          |
        | 550 5.99.99 who?     | ^5\\.(0\\.0\|99\\.99)$ |
        | 550 5.1.99 who?      | ^5\\.(0\\.0\|1\\.\\d+)$ |
        | 550 who?             | ^5\\.\\d+\\.\\d+$ |
        | 550 4.1.1 who?       | ^5\\.           |
        | 550 5.01.1 who?      | ^5\\.           |

  @rfc3463-3.5-05 @rfc5321-6.3-02 @should
  Rule: A loop is called a loop

    Example: Too many hops
      When alice sends a message with 110 Received fields to carol@here.example
      Then the message is refused with 554 5.4.6, or returned
      And the notification to alice, if there is one, tells of carol@here.example:
        | status | ^5\\.4\\.6$ |

  @rfc3463-3.7-01 @rfc3463-3.7-02 @rfc6409-8.4-01 @should
  Rule: Content that the next host cannot take has a status of subject 6

    Example: Eight bits, to a host that takes seven
      Given there.example has the mail exchanger mx1.there.example that withholds 8BITMIME, BINARYMIME and SMTPUTF8
      When alice sends the message "eight-bit" to bob@there.example
      Then mx1.there.example receives it, or alice is notified once that bob@there.example failed
      And the notification to alice, if there is one, tells of bob@there.example:
        | status | ^5\\.6\\.[1-5]$ |
