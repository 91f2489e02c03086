@needs-pipelining
Feature: Commands may be sent in groups
  A client that does not wait for each answer saves the time of many round trips, and loses nothing by it.

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

  @rfc2920-3.2-01 @rfc2920-3.2-08 @rfc2920-3.2-09 @rfc2920-3.2-10 @must
  Rule: The answers come in order, at once, and also after refusals

    Example: A group that ends in the middle of a transaction, and one that takes it back
      Given a stranger has said:
        """
        EHLO client.example
        """
      When the client sends the group:
        """
        RCPT TO:<alice@here.example>
        MAIL FROM:
        RSET
        MAIL FROM:<bob@there.example>
        RCPT TO:<nobody@here.example>
        RCPT TO:<alice@here.example>
        """
      Then the answers are 503, 501, 250, 250, 550, 250
      When the client sends the group:
        """
        RSET
        DATA
        """
      Then the answers are 250, 503

  @rfc2920-3.1-02 @rfc2920-3.2-06 @rfc2920-3.2-07 @must
  Rule: A group may end in any command, and no answer is held back until the next one

    Example: Each of them at the end of a group
      Given a stranger has said:
        """
        EHLO client.example
        """
      When the client sends the group:
        """
        MAIL FROM:<bob@there.example>
        VRFY alice@here.example
        """
      Then the answers are 250, 252|50z
      When the client sends the group:
        """
        RSET
        EXPN friends
        """
      Then the answers are 250, 252|550|502|500
      When the client sends the group:
        """
        RSET
        XYZZY
        """
      Then the answers are 250, 500
      When the client sends the group:
        """
        XYZZY
        EHLO client.example
        """
      Then the answers are 500, 250

  @rfc2920-3.2-03 @rfc2920-3.2-04 @rfc2920-3.2-12 @rfc5321-3.3-13 @must
  Rule: DATA in a group is served where one recipient was taken, and refused where none was

    Example: The last recipient is bad; all recipients are bad
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
        C| .\r\nMAIL FROM:<bob@there.example>\r\nRCPT TO:<nobody@here.example>\r\nDATA\r\n
        S: 250
        S: 250
        S: 550
        S: 503|554
        C: QUIT
        S: 221
        S!
        """
      And the mailbox of alice@here.example holds 1 message
