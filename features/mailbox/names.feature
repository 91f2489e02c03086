Feature: Names that everybody may write to
  Whoever has a problem with a mail service must be able to reach a human being there, without knowing anybody.

  @rfc5321-2.3.5-06 @rfc5321-4.5.1-02 @rfc5321-4.1.1.3-08 @rfc2142-1-01 @rfc2142-1-02 @rfc2142-2-02 @must
  Rule: Mail for the postmaster arrives, at every domain, in any case, and without a domain

    Scenario Outline: <recipient>
      Given the server accepts mail for also.example
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<>
        S: 250
        C: RCPT TO:<<recipient>>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\nx\r\n.\r\n
        S: 250
        """
      And the mailbox of postmaster@here.example holds 1 message

      Examples: as people write it
        | recipient                    |
        | Postmaster                   |
        | PoStMaStEr@here.example      |
        | postmaster@also.example      |
        | "postmaster"@HERE.example    |
        | postmaster@mail.here.example |

    Example: A user may be the postmaster
      Given the setting postmaster is carol
      When mallory sends a message to postmaster@here.example
      Then carol finds the message in the mailbox

  @rfc2142-2-01 @must
  Rule: Reports of abuse arrive with the postmaster, unless somebody else is named

    Example: Nobody else
      Given a stranger has introduced itself in clear on the relay listener
      Then the server answers:
        | command                       | answer |
        | MAIL FROM:<bob@there.example> | 250    |
        | RCPT TO:<abuse@here.example>  | 250    |
        | RCPT TO:<AbUsE@here.example>  | 250    |
        | RCPT TO:<nobody@here.example> | 550    |

    Example: A user
      Given the setting aliases is [{"address": "abuse", "to": ["carol"]}, {"address": "security", "to": ["alice"]}]
      When mallory sends a message to abuse@here.example and security@here.example
      Then carol finds the message in the mailbox
      And alice finds the message in the mailbox

  @mail-service-78
  Rule: What follows the separator is the user's own affair, and an address at one domain is its owner's

    Scenario Outline: <recipient>
      Given the settings:
        | setting             | value                                                                                       |
        | subaddressSeparator | +                                                                                           |
        | incoming.domains    | ["here.example", "second.example"]                                                          |
        | users               | [{"name": "alice"}, {"name": "carol", "addresses": ["alice@second.example", "c.carter"]}] |
      When mallory sends a message to <recipient>
      Then <owner> finds the message in the mailbox

      Examples: as they are written
        | recipient                 | owner |
        | alice+news@here.example   | alice |
        | Alice+a+b@here.example    | alice |
        | alice@second.example      | carol |
        | carol@second.example      | carol |
        | C.Carter@here.example     | carol |

    Example: A plus sign means nothing unless the administrator says so
      When mallory sends a message to alice+news@here.example
      Then the message is refused permanently

  @rfc2142-6-01 @must
  Rule: The people behind a list can be written to

    Example: LIST-request
      Given the setting lists is [{"address": "friends", "owner": "carol@here.example", "members": ["alice"]}]
      When mallory sends a message to Friends-Request@here.example
      Then carol finds the message in the mailbox
      And alice finds nothing
