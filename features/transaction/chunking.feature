@needs-chunking
Feature: Content may come in chunks
  A client that knows the size of what it sends may send it without looking for dots, and nobody looks for them.

  @rfc3030-2-05 @must
  Rule: Content may come in chunks of a size told before

    @rfc3030-2-06 @rfc3030-2-19
    Example: Two chunks and the last one
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C| BDAT 14\r\nSubject: one\r\n
        S: 250
        C| BDAT 9 LAST\r\n\r\n.\r\nfin\r
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 1 message

    @rfc3030-2-15
    Example: DATA and BDAT are not mixed
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C| BDAT 5\r\nabcde
        S: 250
        C: DATA
        S: 503
        C: RSET
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 0 messages

    @rfc3030-2-03 @rfc3030-2-04 @rfc3030-2-07 @rfc3030-2-16 @rfc3030-2-08
    Example: Small letters, an empty last chunk, and DATA in the next transaction
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C| bdat 16\r\nSubject: one\r\n\r\n
        S: 250
        C: BDAT 0 last
        S: 250
        C| BDAT 6 LAST\r\nQUIT\r\n
        S: 503
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C: .
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: BDAT 0 LAST
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 3 messages

  @rfc3030-2-02 @rfc3030-2-20 @must
  Rule: A BDAT command has a size and perhaps LAST; what follows the chunk is a command

    Example: Bad commands and a size that is too small
      Given a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        RCPT TO:<alice@here.example>
        """
      Then the server answers:
        | command                       | answer |
        | BDAT                          | 501    |
        | BDAT x                        | 501    |
        | BDAT -1                       | 501    |
        | BDAT 5 FIRST                  | 501    |
        | BDAT 5 LAST LAST              | 501    |
        | BDAT 99999999999999999999999  | 501    |
        | RSET                          | 250    |
        | MAIL FROM:<bob@there.example> | 250    |
        | RCPT TO:<alice@here.example>  | 250    |
      When the client sends the group:
        """
        BDAT 2
        ab\xff\x00\xfe
        """
      Then the answers are 250, 500

  @rfc3030-2-10 @rfc3030-2-12 @rfc3030-2-13 @rfc3030-2-22 @must
  Rule: The octets of a refused chunk are thrown away, and only RSET leads out of what has failed

    Example: A chunk that is too large, and the rest of the message behind it
      Given the setting limits.messageSize is 20
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        RCPT TO:<alice@here.example>
        """
      When the client sends the group:
        """
        BDAT 66
        Subject: 0123456789012345678901234567890123456789012345678901234
        BDAT 6 LAST
        QUIT
        RSET
        """
      Then the answers are 250|552, 5yz, 250
      And the mailbox of alice@here.example holds 0 messages

    Example: A recipient who comes after a refused chunk comes too late
      Given the server is one of our own
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        """
      When the client sends the group:
        """
        BDAT 6
        QUIT
        RCPT TO:<alice@here.example>
        BDAT 6 LAST
        QUIT
        RSET
        """
      Then the answers are 503, 503, 503, 250
      And the mailbox of alice@here.example holds 0 messages

    Example: Chunks without a recipient, sent in a group
      Given a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        """
      When the client sends the group:
        """
        RCPT TO:<nobody@here.example>
        BDAT 6
        QUIT
        BDAT 6 LAST
        QUIT
        RSET
        MAIL FROM:<bob@there.example>
        RCPT TO:<alice@here.example>
        BDAT 6 LAST
        fine
        """
      Then the answers are 550, 503|554, 5yz, 250, 250, 250, 250

    @rfc3030-2-23
    Example: A chunk that makes the message too big
      Given the setting limits.messageSize is 1000
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        RCPT TO:<alice@here.example>
        """
      When the client sends the group:
        """
        BDAT 900
        {x × 898}
        BDAT 900
        {x × 898}
        BDAT 6 LAST
        QUIT
        RSET
        """
      Then the answers are 250, 552, 5yz, 250
      And the mailbox of alice@here.example holds 0 messages

  @rfc5321-6.4-01 @must
  Rule: A relay adds nothing to what came in chunks, not even an end of line

    Example: The last chunk ends within a line
      Given the server is one of our own
      When this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<carol@here.example>
        S: 250
        C| BDAT 26 LAST\r\nSubject: cut\r\n\r\nand no end
        S: 250
        C: QUIT
        S: 221
        """
      Then the mailbox of carol@here.example holds 1 message
      And the message in the mailbox of carol@here.example ends with "\r\n\r\nand no end"

  @rfc3030-3-02 @rfc3030-3-04 @must
  Rule: Binary content comes in chunks only

    @needs-binarymime
    Example: DATA for BINARYMIME, and then BDAT
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example> BODY=BINARYMIME
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 503
        C| BDAT 10 LAST\r\n\r\n\x00\xff\n\r.\r\n.
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 1 message
