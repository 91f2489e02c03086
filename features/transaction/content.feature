Feature: Content ends where the standard says, and arrives as it was sent
  One sequence of octets ends the content, and only that one; everything else belongs to it.

  @rfc5321-4.1.1.4-03 @rfc5321-4.5.2-02 @rfc5321-4.5.2-03 @must
  Rule: A line of a single dot ends the content; one leading dot is taken off the others

    Example: Dots at the beginning of lines
      When mallory sends the message "leading-dots" to alice@here.example
      Then the content arrives unchanged in the mailbox of alice

    Example: The end comes in pieces
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
        C| Subject: in pieces\r\n\r\nthe last line\r
        C| \n.\r
        C| \n
        S: 250
        """
      And the message in the mailbox of alice@here.example ends with "the last line\r\n"

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
        | sequence            |
        | \\n.\\n             |
        | \\n.\\r\\n          |
        | \\r\\n.\\n          |
        | \\r.\\r             |
        | \\r.\\r\\n          |
        | \\r\\n.\\r          |
        | \\n.\\r             |
        | \\r\\n\\x00.\\r\\n  |
        | \\r\\n.\\x00\\r\\n  |
        | \\r\\r\\n.\\r\\r\\n |
    # \r\n.\r\n is absent: it is the end of the content.

  @rfc5321-4.1.1.4-01 @rfc5321-4.1.1-05 @must
  Rule: What comes between DATA and the end is content, whatever it looks like, and nothing is done before the end

    Example: Commands in the content
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
        C: QUIT
        C: RSET
        C: RCPT TO:<carol@here.example>
        C: .
        S: 250
        C: NOOP
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 1 message
      And the mailbox of carol@here.example holds 0 messages

    Example: The client disappears in the middle
      When mallory disappears in the middle of the content for alice@here.example
      Then the mailbox of alice@here.example holds 0 messages

  @rfc5321-3.3-17 @rfc5321-3.3-18 @rfc5321-3.7.2-03 @rfc5321-4.5.3.1.8-06 @rfc5321-4.5.3.1.8-07 @rfc3030-3-10 @must
  Rule: Content is not refused for what its header says

    Scenario Outline: <header>
      When mallory sends a message with the header "<header>" to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox

      Examples: headers that are wrong, missing or strange
        | header                                                                                    |
        | From: nobody at all @@\\r\\nTo:\\r\\nDate: yesterday                                      |
        | Content-Type: multipart/mixed\\r\\nMIME-Version: 9\\r\\nContent-Transfer-Encoding: binary |
        | Resent-To: <x@there.example>\\r\\nResent-From: a\\r\\nResent-From: b\\r\\nResent-To: c    |
        | Subject: trace\\r\\nReceived: rubbish\\r\\nReceived:\\r\\nReturn-Path: <not this one>     |
        | no field at all                                                                           |

  @rfc5321-4.1.1.4-08 @rfc5321-4.1.1.4-13 @must
  Rule: Lines that end in a bare line feed are not taken, and the transaction that had them is over

    Example: Refused at the end, with the session in step
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
        C| Subject: bare line feeds\n\nrefused\n\r\n.\r\n
        S: 5yz
        C: RCPT TO:<alice@here.example>
        S: 503
        C: DATA
        S: 503
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 0 messages

    @rfc5321-2.3.8-01
    Example: A bare carriage return
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
        C| Subject: a bare carriage return\r\n\r\nMAIL FROM:<a@b.example>\rRCPT TO:<carol@here.example>\r.\r\n.\r\n
        S: 250|5yz
        C: RSET
        S: 250
        C: QUIT
        S: 221
        """

    Scenario Outline: Where it is refused: <where>
      Given the server refuses bare CR and LF alike
      When this conversation holds:
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
        C| Subject: a bare carriage return\r\n\r\n<bytes>\r\n.\r\n
        S: 5yz
        C: QUIT
        S: 221
        """
      Then the mailbox of alice@here.example holds 0 messages

      Examples: places where it can stand
        | where                  | bytes          |
        | within a line          | one\\rtwo      |
        | before a line end      | one\\r\\r\\ntwo |
        | at a line's beginning  | \\rone         |
        | after a dot            | .\\rone        |
