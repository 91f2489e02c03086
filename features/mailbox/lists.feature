Feature: Mailing lists and aliases
  A list's messages go out in the name of its administrator; an alias only has other recipients. Neither touches the message.

  Background:
    Given there.example has the mail exchanger mx1.there.example
    And the setting lists is [{"address": "friends", "owner": "carol@here.example", "members": ["bob@there.example", "alice@here.example"]}]
    And the setting aliases is [{"address": "team", "to": ["bob@there.example", "alice"]}]

  @rfc5321-3.9-01 @rfc5321-3.9-02 @should
  Rule: There are lists and there are aliases, and they differ in the reverse-path

    Example: The reverse-path of a list's messages is its administrator's address
      When mallory sends a message to friends@here.example
      Then mx1.there.example receives it for bob@there.example
      And mx1.there.example receives it from <carol@here.example>
      And the message of alice has the fields:
        | field       | value                    |
        | Return-Path | ^<carol@here\\.example>$ |

    @rfc5321-3.9.1-01
    Example: The reverse-path of an alias's messages stays the sender's
      When mallory sends a message to team@here.example
      Then mx1.there.example receives it for bob@there.example
      And mx1.there.example receives it from <mallory@elsewhere.example>
      And the message of alice has the fields:
        | field       | value                           |
        | Return-Path | ^<mallory@elsewhere\\.example>$ |

    @rfc5321-4.5.5-03
    Example: A message from nobody to a list stays from nobody
      When mallory sends a message from <> to friends@here.example
      Then mx1.there.example receives it from <>

  @rfc5321-3.9-03 @must
  Rule: The header is left as it was

    Example: By a list, with what its author wrote
      When mallory sends to friends@here.example:
        """
        From: Mallory <mallory@elsewhere.example>
        Sender: <secretary@elsewhere.example>
        Reply-To: <desk@elsewhere.example>
        To: friends@here.example
        Subject: {token}

        x
        """
      Then the content arrives unchanged in the mailbox of alice
      And the content arrives unchanged at mx1.there.example

  @rfc5321-3.9-04 @should
  Rule: Whoever is a member gets a copy, the author too

    Example: Alice writes to a list of hers
      When alice sends a message to friends@here.example
      Then alice finds the message in the mailbox

  @rfc5321-3.9.1-01
  Rule: An alias may lead to another one

    Example: Over three names
      Given the setting aliases is [{"address": "office", "to": ["desk"]}, {"address": "desk", "to": ["reception"]}, {"address": "reception", "to": ["alice"]}]
      When mallory sends a message to office@here.example
      Then alice finds the message in the mailbox

  @rfc5321-6.3-02 @must
  Rule: Aliases that lead in a circle end

    Example: One that leads to itself keeps a copy and sends another
      Given the setting aliases is [{"address": "alice", "to": ["alice", "bob@there.example"]}]
      When the server starts
      Then the server refuses to start and says why
