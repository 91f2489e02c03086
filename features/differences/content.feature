Feature: Where servers differ: content
  What arrives is not always what was sent. Each question is put, the answer
  recorded in fixed words, and judged only where a requirement or our own policy says what is owed.

  @must
  Rule: What the standards leave no choice in is as they say

    @difference-06
    Example: Ends of data that are none
      When mallory sends every end of data that is none by DATA in clear in one segment
      Then none of them ends the data

    @difference-12 @needs-mailboxes
    Example: Lines of text longer than 1000 octets
      Then content is treated so:
        | content                                       | reply   | arrives           |
        | Subject: {token}\\r\\n\\r\\n{x × 998}\\r\\n   | accepts | arrives unchanged |
        | Subject: {token}\\r\\n\\r\\n{x × 1200}\\r\\n  |         |                   |
        | Subject: {token}\\r\\n\\r\\n{x × 70000}\\r\\n |         |                   |

    @difference-44 @needs-mailboxes
    Example: Dots in the first column
      Then content is treated so:
        | content                                        | reply   | arrives    |
        | Subject: {token}\\r\\n\\r\\n..\\r\\n...x\\r\\n | accepts | arrives as |
        | Subject: {token}\\r\\n\\r\\n.x\\r\\n           |         |            |
        | .\\r\\n                                        | accepts |            |

    @difference-46 @needs-mailboxes
    Example: Fields that are added
      Then content is treated so:
        | content                                                                                                                                      | reply   | arrives                                        |
        | Subject: {token}\\r\\n\\r\\na\\r\\n                                                                                                          | accepts | arrives unchanged |
        | From: <mallory@elsewhere.example>\\r\\nDate: Tue, 24 Nov 2026 12:00:00 +0000\\r\\nMessage-ID: <{token}@elsewhere.example>\\r\\n\\r\\na\\r\\n |         |                                                |

  @may
  Rule: What is anybody's own choice is recorded

    @difference-04 @needs-mailboxes
    Example: A bare LF in content
      Then content is treated so:
        | content                                 | reply | arrives |
        | Subject: {token}\\r\\n\\r\\na\\nb\\r\\n |       |         |

    @difference-05 @needs-mailboxes
    Example: A bare CR in content
      Then content is treated so:
        | content                                 | reply | arrives |
        | Subject: {token}\\r\\n\\r\\na\\rb\\r\\n |       |         |

    @difference-08 @needs-mailboxes
    Example: NUL in content
      Then content is treated so:
        | content                                 | reply | arrives |
        | Subject: {token}\\r\\n\\r\\na\\0b\\r\\n |       |         |

    @difference-09 @needs-mailboxes
    Example: Eight-bit content that was not declared
      Then content is treated so:
        | content                                                  | reply | arrives |
        | Subject: {token}\\r\\n\\r\\ngr\\xfcn gr\\xc3\\xbcn\\r\\n |       |         |

    @difference-45 @needs-mailboxes
    Example: Messages without a body, without a header, without anything
      Then content is treated so:
        | content                            | reply | arrives |
        | Subject: {token}\\r\\n             |       |         |
        | {token} and no header at all\\r\\n |       |         |
        | Subject: {token}\\r\\n\\r\\n       |       |         |
