Feature: A mail transaction has an order
  MAIL, then RCPT once or more, then the content. What comes out of order is refused and changes nothing.

  # The sentence binds the client; 503 is owed only by a server that cannot go on (RFC 5321 §4.1.4).
  @rfc5321-4.1.4-01 @may
  Rule: A transaction needs EHLO or HELO before it

    Example: MAIL first
      Then this conversation holds:
        """
        S: 220
        C: MAIL FROM:<bob@there.example>
        S: 503
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: QUIT
        S: 221
        """

  @rfc5321-3.3-09 @rfc5321-3.3-13 @rfc5321-4.1.4-13 @must
  Rule: RCPT needs MAIL, and content needs a recipient

    Example: RCPT first, DATA first
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 503
        C: DATA
        S: 503
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: DATA
        S: 503|554
        C: QUIT
        S: 221
        """

    @rfc2920-3.2-05
    Example: Every recipient was refused, and the client sends an empty message all the same
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<nobody@here.example>
        S: 550
        C: DATA
        S: 503|554
        C: .
        S: 500|221
        """
      And the mailbox of postmaster@here.example holds 0 messages
      And the mailbox of alice@here.example holds 0 messages

  @rfc5321-4.1.4-09 @rfc5321-4.1.4-10 @must
  Rule: A second MAIL is refused and leaves the first transaction as it was

    Example: Nested MAIL
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: MAIL FROM:<mallory@elsewhere.example>
        S: 503
        C: DATA
        S: 354
        C: Subject: the first transaction
        C:
        C: .
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds one message, from <bob@there.example>

  @rfc5321-4.1.1.5-01 @rfc5321-4.1.4-03 @rfc5321-4.1.1.5-06 @must
  Rule: RSET, EHLO and HELO end the transaction and nothing else

    Scenario Outline: <command>
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: <command>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 503
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: QUIT
        S: 221
        """

      Examples: everything that begins afresh
        | command             |
        | RSET                |
        | EHLO client.example |
        | HELO client.example |

  @rfc5321-4.1.1.4-12 @rfc5321-3.3-12 @rfc5321-3.3-01 @rfc5321-4.1.1.2-01 @must
  Rule: When the content is accepted the transaction is over

    Example: Two messages in one session, from different people to different people
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C: Subject: one
        C:
        C: .
        S: 250
        C: DATA
        S: 503
        C: MAIL FROM:<mallory@elsewhere.example>
        S: 250
        C: RCPT TO:<carol@here.example>
        S: 250
        C: DATA
        S: 354
        C: Subject: two
        C:
        C: .
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds one message, from <bob@there.example>
      And the mailbox of carol@here.example holds one message, from <mallory@elsewhere.example>

  @rfc5321-4.1.1.6-01 @rfc5321-4.1.1.7-01 @rfc5321-4.1.1.8-01 @must
  Rule: VRFY, EXPN, HELP and NOOP do not touch the transaction

    Example: In the middle of one
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: VRFY alice@here.example
        S: 252|50z
        C: HELP
        S: 214|50z
        C: NOOP
        S: 250
        C: DATA
        S: 354
        C: Subject: still here
        C:
        C: .
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 1 message
