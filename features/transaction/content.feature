Feature: Content ends where the standard says, and arrives as it was sent
  One sequence of octets ends the content, and only that one; everything else belongs to it.

  @rfc5321-4.1.1.4-03 @rfc5321-4.5.2-02 @must
  Rule: A line of a single dot ends the content; one leading dot is taken off the others

    Example: Dots at the beginning of lines
      When mallory sends the message "leading-dots" to alice@here.example
      Then the content arrives unchanged in the mailbox of alice

    @rfc5321-4.1.1.4-04
    Example: No content at all
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
        C: .
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 1 message

  @rfc5321-4.1.1.4-09 @rfc5321-4.1.1.4-10 @must
  Rule: Nothing that looks like the end of the content is one

    Scenario Outline: <sequence> does not end the content
      When mallory sends content that contains <sequence> and then a second message for carol@here.example
      Then carol finds nothing
      And the session was still in step

      Examples: sequences that once smuggled a second message
        | sequence             |
        | \\n.\\n              |
        | \\n.\\r\\n           |
        | \\r\\n.\\n           |
        | \\r.\\r              |
        | \\r.\\r\\n           |
        | \\r\\n.\\r           |
        | \\n.\\r              |
        | \\r\\n\\x00.\\r\\n   |
        | \\r\\n.\\x00\\r\\n   |
        | \\r\\r\\n.\\r\\r\\n  |
    # \r\n.\r\n is absent: it is the end of the content.

  @rfc1870-6.1-01 @rfc5321-4.5.3.1.7-02 @should
  Rule: A message over the size limit is refused, as early as it is known

    Example: The client tells the size
      Given the setting limits.messageSize is 100000
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example> SIZE=200000
        S: 552
        C: MAIL FROM:<bob@there.example> SIZE=50000
        S: 250
        C: QUIT
        S: 221
        """

    Example: The client does not
      Given the setting limits.messageSize is 100000
      When mallory sends 200000 octets of content for alice@here.example without telling the size
      Then the content is answered with 552
      And alice@here.example has received nothing

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

  @rfc2920-3.1-01 @rfc2920-3.1-04 @must
  Rule: Commands may be sent in a group, and are answered in their order

    Example: A whole transaction at once
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C| MAIL FROM:<bob@there.example>\r\nRCPT TO:<alice@here.example>\r\nRCPT TO:<nobody@here.example>\r\nDATA\r\n
        S: 250
        S: 250
        S: 550
        S: 354
        C| Subject: in a group\r\n\r\n.\r\nMAIL FROM:<bob@there.example>\r\nRSET\r\nQUIT\r\n
        S: 250
        S: 250
        S: 250
        S: 221
        """
      And the mailbox of alice@here.example holds 1 message

  @rfc5321-4.1.1.11-01 @must
  Rule: A parameter that the server does not know is refused with 555

    Example: On MAIL and on RCPT
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example> FANCY=yes
        S: 555
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example> FANCY
        S: 555
        C: QUIT
        S: 221
        """

  @rfc5321-4.5.3.1.8-01 @rfc5321-4.5.3.1.8-02 @must
  Rule: At least a hundred recipients are taken

    Example: A hundred recipients
      Given there.example has the mail exchanger mx1.there.example
      When alice sends a message to 100 recipients at there.example
      Then the message is accepted
      And mx1.there.example gets it for 100 recipients

  @rfc6531-3.2-01 @rfc6531-3.5-01 @must
  Rule: Addresses in every script are taken where SMTPUTF8 is asked for

    Example: A user whose name is not ASCII
      Given the setting users is [{"name": "alice", "password": "alice's password"}, {"name": "jürgen", "password": "jürgen's password"}]
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C| MAIL FROM:<bob@there.example> SMTPUTF8\r\n
        S: 250
        C| RCPT TO:<j\xc3\xbcrgen@here.example>\r\n
        S: 250
        C: RSET
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C| RCPT TO:<j\xc3\xbcrgen@here.example>\r\n
        S: 5yz
        C: QUIT
        S: 221
        """
