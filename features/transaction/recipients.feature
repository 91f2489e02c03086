Feature: Each recipient is answered for itself
  A sender learns of each recipient whether the message will be taken for it, before sending anything.

  @rfc5321-3.3-04 @rfc5321-4.1.1.3-01 @rfc5321-3.3-05 @rfc5321-2.4-06 @rfc2505-2.1-06 @must
  Rule: Each RCPT is answered by itself; domains and our own names in any case

    Example: Good, bad, good
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<Alice@HERE.Example>
        S: 250
        C: RCPT TO:<nobody@here.example>
        S: 550
        C: RCPT TO:<carol@here.example>
        S: 250
        C: DATA
        S: 354
        C: .
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 1 message
      And the mailbox of carol@here.example holds 1 message

  @rfc5321-4.5.3.1.8-01 @rfc5321-4.5.3.1.8-02 @must
  Rule: At least a hundred recipients are taken

    Example: A hundred recipients
      Given there.example has the mail exchanger mx1.there.example
      When alice sends a message to 100 recipients at there.example
      Then the message is accepted
      And mx1.there.example gets it for 100 recipients

  @rfc5321-2.3.5-05 @rfc5321-4.1.1.3-08 @rfc5321-4.5.1-02 @rfc5321-4.5.1-03 @rfc5321-4.5.1-04 @rfc2142-1-01 @rfc2142-1-02 @must
  @rfc2142-2-01 @rfc2142-2-02 @rfc2142-5-01
  Rule: The postmaster, whom mail service is called by, of each domain is there, also without a domain, and so is abuse

    Example: In any case, at each domain
      Given the server accepts mail for also.example
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<>
        """
      Then RCPT is answered for the forward-paths:
        | path                           | answer |
        | <postmaster>                   | 250    |
        | <PostMaster>                   | 250    |
        | <POSTMASTER@here.example>      | 250    |
        | <postmaster@ALSO.example>      | 250    |
        | <"postmaster"@here.example>    | 250    |
        | <postmaster@mail.here.example> | 250    |
        | <abuse@here.example>           | 250    |
        | <AbUsE@also.example>           | 250    |
        | <hostmistress@here.example>    | 550    |

    Example: Mail for abuse is read by the postmaster
      Given the setting postmaster is alice
      When mallory sends a message to abuse@here.example
      Then the message is accepted
      And alice finds the message in the mailbox

  @rfc2142-6-01 @must
  Rule: Each list has an address for who has to do with the list itself

    Example: friends-request reaches the owner, and nobody else
      Given the setting lists is [{"address": "friends", "owner": "carol@here.example", "members": ["alice@here.example"]}]
      When mallory sends a message to friends-request@here.example
      Then the message is accepted
      And carol finds the message in the mailbox
      And alice finds nothing

  @rfc5321-3.3-06 @rfc5321-4.1.1.2-04 @rfc5321-4.1.1.3-03 @rfc5321-4.1.1.3-09 @rfc5321-4.1.2-02 @rfc5321-F.2-01 @must
  Rule: A source route is understood, and the last address decides

    Example: Routes on either path
      Given a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<@one.example,@two.example:bob@there.example>
        """
      Then RCPT is answered for the forward-paths:
        | path                                           | answer |
        | <@one.example:alice@here.example>              | 250    |
        | <@one.example,@two.example:alice@here.example> | 250    |
        | <@here.example:bob@there.example>              | 550\|554 |
        | <@one.example,alice@here.example>              | 501    |
        | <@one.example alice@here.example>              | 501    |
        | <@one_.example:alice@here.example>             | 250\|501 |

  @rfc2505-2.1-01 @rfc2505-2.1-03 @rfc2505-2.1-04 @rfc5321-7.9-01 @rfc5321-7.9-02 @rfc5321-3.6.2-02 @rfc2505-2.6.2-01 @must
  Rule: What a client says of itself gives it no right to relay, and no way of writing an address does

    Example: A name of ours, a sender of ours, and every way round
      Given a stranger has said:
        """
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>
        """
      Then RCPT is answered for the forward-paths:
        | path                               | answer |
        | <alice@here.example>               | 250    |
        | <bob@there.example>                | 550\|554 |
        | <@here.example:bob@there.example>  | 550\|554 |
        | <bob%there.example@here.example>   | 550\|554 |
        | <there.example!bob@here.example>   | 550\|554 |
        | <"bob@there.example"@here.example> | 550\|554 |
        | <bob@there.example@here.example>   | 5yz    |
        | <bob@[192.0.2.1]>                  | 5yz    |
        | <bob@here.example.there.example>   | 550\|554 |

  @rfc2505-2.6.1-01 @rfc2505-2.6.1-02 @rfc5321-4.1.1.2-02 @must
  Rule: The null reverse-path is taken, with one recipient and with several

    Example: A notification for two
      When mallory sends a message from <> to alice@here.example and carol@here.example
      Then the message is accepted
      And alice finds the message in the mailbox
      And carol finds the message in the mailbox
