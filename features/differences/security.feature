Feature: Where servers differ: STARTTLS and AUTH
  Where privacy and identity begin, and what is left of what came before. Each question is put, the answer
  recorded in fixed words, and judged only where a requirement or our own policy says what is owed.

  @must
  Rule: What the standards leave no choice in is as they say

    @difference-30 @needs-submission
    Example: AUTH before TLS
      Then the server behaves so:
        | state      | said                        | owed    |
        | submission | AUTH PLAIN AGFsaWNlAHdyb25n | refuses |
        | submission | AUTH CRAM-MD5               |         |
        | EHLO       | AUTH LOGIN                  |         |

    @difference-31 @needs-submissions
    Example: AUTH in a transaction, and twice
      Then the server behaves so:
        | state | said                                                            | owed                 |
        | AUTH  | AUTH PLAIN AGFsaWNlAHdyb25n                                     | refuses 503          |
        | AUTH  | MAIL FROM:<alice@here.example>\\r\\nAUTH PLAIN AGFsaWNlAHdyb25n | accepts, refuses 503 |

    @difference-32 @needs-submissions
    Example: AUTH cancelled, in bad base64, unknown
      Then the server behaves so:
        | state       | said              | owed                     |
        | submissions | AUTH PLAIN\\r\\n* | goes on 334, refuses 501 |
        | submissions | AUTH PLAIN !!!!   | refuses 501              |
        | submissions | AUTH FANCY        | refuses 504              |
        | submissions | AUTH              | refuses 501\|refuses 504 |

    @difference-33 @needs-submissions
    Example: Initial responses long and empty
      Then the server behaves so:
        | state       | said                  | owed    |
        | submissions | AUTH PLAIN =          | refuses |
        | submissions | AUTH PLAIN {A × 2000} | refuses |
        | submissions | AUTH LOGIN =          |         |

    @difference-34 @needs-tls
    Example: A command behind STARTTLS
      Then it is recorded what becomes of "NOOP" behind STARTTLS
      And it is recorded what becomes of "EHLO attacker.example" behind STARTTLS

    @difference-35 @needs-tls
    Example: STARTTLS with an argument, twice, in a transaction
      Then the server behaves so:
        | state    | said         | owed        |
        | EHLO     | STARTTLS now | refuses 501 |
        | STARTTLS | STARTTLS     | refuses\|defers |
        | MAIL     | STARTTLS     |             |
        | HELO     | STARTTLS     |             |

    @difference-36
    Example: STARTTLS where there is none
      Given the setting tls.offered is false
      And the setting tls.requiredOnSubmission is false
      Then the server behaves so:
        | state | said     | owed                                 |
        | EHLO  | STARTTLS | refuses 50\|defers 454 |
