Feature: Where servers differ: opening, order and commands
  Whoever connects meets the first differences before any mail has moved. Each question is put, the answer
  recorded in fixed words, and judged only where a requirement or our own policy says what is owed.

  @must
  Rule: What the standards leave no choice in is as they say

    @difference-02
    Example: Commands behind one that must come last in a group
      Then the server behaves so:
        | state | said                          | owed                      |
        | EHLO  | EHLO client.example\\r\\nNOOP |                           |
        | EHLO  | NOOP\\r\\nNOOP\\r\\nRSET      |                           |
        | EHLO  | VRFY alice\\r\\nNOOP          |                           |
        | RCPT  | DATA\\r\\nNOOP                |                           |

    @difference-07
    Example: NUL in a command
      Then the server behaves so:
        | state | said                                | owed    |
        | EHLO  | NOOP a\\0b                          |         |
        | EHLO  | MAIL FROM:<a\\0b@elsewhere.example> | refuses |
        | EHLO  | NO\\0OP                             | refuses |

    @difference-11
    Example: Command lines longer than 512 octets
      Then the server behaves so:
        | state | said             | owed    |
        | EHLO  | NOOP {x × 400}   | accepts |
        | EHLO  | NOOP {x × 600}   |         |
        | EHLO  | NOOP {x × 2100}  |         |
        | EHLO  | NOOP {x × 20000} |         |

    @difference-16
    Example: MAIL within a transaction
      Then the server behaves so:
        | state | said                          | owed        |
        | MAIL  | MAIL FROM:<bob@there.example> | refuses 503 |
        | RCPT  | MAIL FROM:<bob@there.example> | refuses 503 |

    @difference-17
    Example: RCPT before MAIL, DATA before RCPT
      Then the server behaves so:
        | state | said                         | owed                     |
        | EHLO  | RCPT TO:<alice@here.example> | refuses 503              |
        | EHLO  | DATA                         | refuses 503              |
        | MAIL  | DATA                         | refuses 503\|refuses 554 |

    @difference-18
    Example: DATA when every RCPT was refused
      Then the server behaves so:
        | state        | said                                    | owed             |
        | refused RCPT | DATA                                    | refuses\|goes on |
        | MAIL         | RCPT TO:<nobody@here.example>\\r\\nDATA | refuses, refuses\|refuses, goes on      |

    @difference-19
    Example: EHLO twice
      Then the server behaves so:
        | state | said                                                  | owed                 |
        | EHLO  | EHLO client.example                                   |                      |
        | RCPT  | EHLO client.example\\r\\nDATA                         |                      |
        | MAIL  | HELO client.example\\r\\nRCPT TO:<alice@here.example> | accepts, refuses 503\|refuses 554 |

    @difference-20
    Example: RSET, NOOP and QUIT before EHLO
      Then the server behaves so:
        | state    | said | owed        |
        | greeting | RSET | accepts     |
        | greeting | NOOP | accepts     |
        | greeting | QUIT | accepts 221 |

    @difference-21
    Example: EHLO and HELO without a name, or with junk
      Then the server behaves so:
        | state    | said             | owed                  |
        | greeting | EHLO             | refuses 501           |
        | greeting | HELO             | refuses 501           |
        | greeting | EHLO -_*!        |                       |
        | greeting | EHLO under_score |                       |
        | greeting | EHLO [127.0.0.1] | accepts\|says nothing |
        | greeting | HELO two words   |                       |

    @difference-37
    Example: VRFY, EXPN, HELP, and arguments where none belong
      Then the server behaves so:
        | state | said                  | owed    |
        | EHLO  | VRFY alice            |         |
        | EHLO  | EXPN everybody        |         |
        | EHLO  | HELP                  |         |
        | EHLO  | NOOP with an argument |         |
        | EHLO  | RSET now              |         |
        | EHLO  | QUIT now              |         |
        | EHLO  | DATA now              | refuses |

    @difference-38
    Example: Unknown commands, and many of them
      Then the server behaves so:
        | state | said                                                   | owed        |
        | EHLO  | FROB                                                   | refuses 500 |
        | EHLO  | FROB\\r\\nFROB\\r\\nFROB\\r\\nFROB\\r\\nFROB\\r\\nFROB |             |
        | EHLO  |                                                        |             |
        | EHLO  | \\x20NOOP                                              |             |

    @difference-39
    Example: Commands of other protocols
      Then the server behaves so:
        | state    | said                              | owed                             |
        | greeting | GET / HTTP/1.1                    | refuses\|accepts 221\|defers 421 |
        | EHLO     | POST / HTTP/1.1                   |                                  |
        | EHLO     | CONNECT there.example:25 HTTP/1.1 |                                  |
        | greeting | \\x16\\x03\\x01\\x02\\x00         |                                  |

  @should
  Rule: What the standards recommend is as they say

    @difference-01
    Example: Octets before the greeting
      Given the setting limits.greetingDelay is 50ms
      Then the server behaves so:
        | state      | said                | owed                                          |
        | connecting | EHLO client.example | refuses 554\|refuses 521\|defers 421\|accepts |
        | connecting | GET / HTTP/1.1      |                                               |

  @may
  Rule: What is anybody's own choice is recorded

    @difference-03
    Example: A bare LF at the end of a command
      Then the server behaves so:
        | state | said        | owed |
        | EHLO  | NOOP\\nNOOP |      |
        | EHLO  | NOOP\\r     |      |

    @difference-15
    Example: MAIL before EHLO or HELO
      Then the server behaves so:
        | state    | said                                  | owed |
        | greeting | MAIL FROM:<mallory@elsewhere.example> |      |
