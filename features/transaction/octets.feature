Feature: Octets are counted and kept as they are
  What a dot or a line end means depends on how the content comes, and nowhere on what it looks like.

  @rfc1870-5-01 @must
  Rule: The size of a message counts its line ends, and not the dots that transparency added

    Example: Twenty octets fit where twenty are allowed
      Given the setting limits.messageSize is 20
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
        C| a: b\r\n\r\n..23456789\r\n.\r\n
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 1 message

  @rfc1870-4-02 @should
  Rule: What is larger than the size that was told is not taken

    Example: Twenty-one octets do not fit
      Given the setting limits.messageSize is 20
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
        C| a: b\r\n\r\n..234567890x\r\n.\r\n
        S: 552
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 0 messages

  @rfc6152-3-01 @rfc6152-3-02 @must
  Rule: Eight-bit content is kept octet for octet, leading dots too

    Example: Every octet above 127
      When mallory sends the message "eight-bit-dots" to alice@here.example
      Then the message is accepted
      And the content arrives unchanged in the mailbox of alice

  @rfc3030-2-14 @rfc3030-2-18 @must
  Rule: In chunks a dot is a dot, and RSET drops the chunks before it

    @needs-chunking
    Example: A chunk that is dropped, then one full of dots
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C| BDAT 16\r\nX-Dropped: yes\r\n
        S: 250
        C: RSET
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C| BDAT 20 LAST\r\nX-Kept: 1\r\n\r\n..\r\n.\r\n
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 1 message
      And the message in the mailbox of alice@here.example ends with "X-Kept: 1\r\n\r\n..\r\n.\r\n"
