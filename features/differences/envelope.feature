Feature: Where servers differ: addresses and parameters
  The same address is ours to one server, a relay to another, and a mistake to a third. Each question is put, the answer
  recorded in fixed words, and judged only where a requirement or our own policy says what is owed.

  @must
  Rule: What the standards leave no choice in is as they say

    @difference-10
    Example: Letters beyond ASCII in the envelope without SMTPUTF8
      Then the server behaves so:
        | state | said                                      | owed    |
        | EHLO  | MAIL FROM:<j\\xc3\\xbc@elsewhere.example> | refuses |
        | MAIL  | RCPT TO:<j\\xc3\\xbc@here.example>        | refuses |
        | EHLO  | MAIL FROM:<j\\xff@elsewhere.example>      | refuses |
        | EHLO  | EHLO cli\\xc3\\xa9nt.example              |         |

    @difference-13
    Example: More than 100 recipients
      Then of 1010 recipients at least 100 are taken

    @difference-22
    Example: The null reverse-path
      Then the server behaves so:
        | state | said                                           | owed             |
        | EHLO  | MAIL FROM:<>                                   | accepts          |
        | EHLO  | MAIL FROM:<>\\r\\nRCPT TO:<alice@here.example> | accepts, accepts |

    @difference-23
    Example: A space behind the colon, and no angle brackets
      Then the server behaves so:
        | state | said                                   | owed    |
        | EHLO  | MAIL FROM: <mallory@elsewhere.example> |         |
        | EHLO  | MAIL FROM:mallory@elsewhere.example    |         |
        | MAIL  | RCPT TO: <alice@here.example>          |         |
        | MAIL  | RCPT TO:alice@here.example             |         |
        | EHLO  | MAIL FROM <mallory@elsewhere.example>  | refuses |

    @difference-24
    Example: Source routes
      Then the server behaves so:
        | state | said                                                 | owed            |
        | MAIL  | RCPT TO:<@there.example:alice@here.example>          |                 |
        | MAIL  | RCPT TO:<@here.example:bob@there.example>            | refuses\|defers |
        | EHLO  | MAIL FROM:<@there.example:mallory@elsewhere.example> |                 |

    @difference-25
    Example: Percent, bang, quoted and double forms
      Then the server behaves so:
        | state | said                                       | owed            |
        | MAIL  | RCPT TO:<bob%there.example@here.example>   | refuses\|defers |
        | MAIL  | RCPT TO:<there.example!bob@here.example>   | refuses\|defers |
        | MAIL  | RCPT TO:<"bob@there.example"@here.example> | refuses\|defers |
        | MAIL  | RCPT TO:<bob@there.example@here.example>   | refuses\|defers |
        | MAIL  | RCPT TO:<"alice"@here.example>             | accepts         |

    @difference-26
    Example: Address literals as domains
      Then the server behaves so:
        | state | said                            | owed    |
        | MAIL  | RCPT TO:<alice@[{server}]>      |         |
        | MAIL  | RCPT TO:<postmaster@[{server}]> |         |
        | MAIL  | RCPT TO:<alice@[IPv6:::1]>      |         |
        | MAIL  | RCPT TO:<alice@[127.0.0.300]>   | refuses |

    @difference-27
    Example: Postmaster without a domain
      Then the server behaves so:
        | state | said                              | owed    |
        | MAIL  | RCPT TO:<Postmaster>              | accepts |
        | MAIL  | RCPT TO:<postmaster@here.example> | accepts |

    @difference-28 @needs-submission @needs-submissions
    Example: The code of a relay refused
      Then the server behaves so:
        | state       | said                           | owed                     |
        | MAIL        | RCPT TO:<bob@there.example>    | refuses\|defers          |
        | submission  | MAIL FROM:<alice@here.example> | refuses 530\|refuses 550 |
        | submissions | MAIL FROM:<alice@here.example> | refuses 530\|refuses 550 |

    @difference-40
    Example: SIZE too big, malformed, twice
      Then the server behaves so:
        | state | said                                                    | owed                    |
        | EHLO  | MAIL FROM:<mallory@elsewhere.example> SIZE=999999999999 | refuses 552\|defers 452 |
        | EHLO  | MAIL FROM:<mallory@elsewhere.example> SIZE=many         | refuses 501             |
        | EHLO  | MAIL FROM:<mallory@elsewhere.example> SIZE=             | refuses 501             |
        | EHLO  | MAIL FROM:<mallory@elsewhere.example> SIZE=1 SIZE=2     | refuses                 |

    @difference-41
    Example: Parameters that nobody knows
      Then the server behaves so:
        | state | said                                                | owed        |
        | EHLO  | MAIL FROM:<mallory@elsewhere.example> FANCY=yes     | refuses 555 |
        | MAIL  | RCPT TO:<alice@here.example> FANCY                  | refuses 555 |
        | HELO  | MAIL FROM:<mallory@elsewhere.example> BODY=8BITMIME |             |

    @difference-42
    Example: Parameters of DSN
      Then the server behaves so:
        | state | said                                                          | owed    |
        | EHLO  | MAIL FROM:<mallory@elsewhere.example> RET=HDRS ENVID=QQ314159 |         |
        | MAIL  | RCPT TO:<alice@here.example> NOTIFY=NEVER                     |         |
        | MAIL  | RCPT TO:<alice@here.example> NOTIFY=NEVER,DELAY               | refuses |
        | EHLO  | MAIL FROM:<mallory@elsewhere.example> RET=ALL RET=HDRS        | refuses |

    @difference-43 @needs-chunking
    Example: Chunks at wrong times and of wrong sizes
      Then the server behaves so:
        | state | said                         | owed        |
        | EHLO  | BDAT 0 LAST                  | refuses     |
        | MAIL  | BDAT 0 LAST                  | refuses     |
        | RCPT  | BDAT 0 LAST                  |             |
        | RCPT  | BDAT                         | refuses     |
        | RCPT  | BDAT -1 LAST                 | refuses     |
        | BDAT  | DATA                         | refuses 503 |
        | BDAT  | RCPT TO:<carol@here.example> |             |

    @difference-53
    Example: Header fields smuggled through the envelope
      Then the server behaves so:
        | state    | said                                                    | owed    |
        | greeting | EHLO client.example\\nX-Injected: yes                   | refuses |
        | EHLO     | MAIL FROM:<mallory@elsewhere.example\\nX-Injected: yes> | refuses |
        | EHLO     | MAIL FROM:<mallory@elsewhere.example>\\rX-Injected: yes | refuses |
        | MAIL     | RCPT TO:<alice@here.example\\r X-Injected: yes>         | refuses |

    @difference-54
    Example: Case and trailing dots
      Then the server behaves so:
        | state | said                                  | owed    |
        | MAIL  | RCPT TO:<alice@HERE.EXAMPLE>          | accepts |
        | MAIL  | RCPT TO:<ALICE@here.example>          |         |
        | MAIL  | RCPT TO:<alice@here.example.>         |         |
        | EHLO  | mail from:<mallory@elsewhere.example> | accepts |
        | MAIL  | rcpt to:<alice@here.example>          | accepts |

  @may
  Rule: What is anybody's own choice is recorded

    @difference-14
    Example: Local-parts, domains and paths beyond their limits
      Then the server behaves so:
        | state | said                                                        | owed |
        | MAIL  | RCPT TO:<{a × 64}@here.example>                             |      |
        | MAIL  | RCPT TO:<{a × 65}@here.example>                             |      |
        | MAIL  | RCPT TO:<alice@{a × 63}.{b × 63}.{c × 63}.{d × 61}>         |      |
        | MAIL  | RCPT TO:<alice@{a × 63}.{b × 63}.{c × 63}.{d × 63}.example> |      |
        | EHLO  | MAIL FROM:<{a × 300}@elsewhere.example>                     |      |

    @difference-29
    Example: The stage at which a stranger is refused
      Then the server behaves so:
        | state | said                           | owed |
        | EHLO  | MAIL FROM:<alice@here.example> |      |
        | MAIL  | RCPT TO:<nobody@here.example>  |      |
        | MAIL  | RCPT TO:<bob@there.example>    |      |

    @difference-55 @needs-mailboxes
    Example: The same recipient twice in one transaction
      When mallory sends a message to alice@here.example, alice@here.example
      Then it is recorded what became of the message
