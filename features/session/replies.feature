Feature: Every reply can be read by a program and by a person
  A client acts on the code, a better one on the enhanced status code, a person on the text. All three agree, in a session
  that says all commands, well and badly.

  Background:
    Given the setting limits.messageSize is 1000
    And a stranger has said, well and badly:
      """
      NOOP
      MAIL FROM:<bob@there.example>
      EHLO
      EHLO caf\xc3\xa9.example
      HELO client.example
      HELO
      EHLO client.example
      HELP
      HELP DATA
      HELP NOTHING
      VRFY alice
      VRFY
      EXPN friends
      EXPN
      WHAT IS THIS
      TURN
      \xff\x00\x1b[2J
      NOOP {x × 5000}
      RCPT TO:<alice@here.example>
      DATA
      BDAT x
      MAIL FROM:<\x1b[2J@there.example>
      MAIL FROM:<bob@there_.example>
      MAIL FROM:<bob@there.example> FANCY=yes
      MAIL FROM:<bob@there.example> SIZE=2000
      MAIL FROM:<bob@there.example> SIZE=x
      MAIL FROM:<j\xc3\xbcrgen@there.example>
      MAIL FROM:<bob@there.example>
      MAIL FROM:<bob@there.example>
      DATA
      RCPT TO:<nobody@here.example>
      RCPT TO:<{n × 400}@here.example>
      RCPT TO:<bob@there.example>
      RCPT TO:<alice>
      RCPT TO:<j\xc3\xbcrgen@here.example>
      RCPT TO:<alice@here.example> NOTIFY=SOMETIMES
      RCPT TO:<alice@here.example>
      DATA now
      AUTH CRAM-MD5 x
      DATA
      Subject: a bare line feed\r\n\r\na\nb\r\n.
      RSET
      MAIL FROM:<bob@there.example>
      RCPT TO:<alice@here.example>
      DATA
      Subject: too big\r\n\r\n{x × 990}\r\n.
      MAIL FROM:<bob@there.example>
      RCPT TO:<alice@here.example>
      DATA
      Subject: good\r\n\r\n.
      MAIL FROM:<>
      RCPT TO:<postmaster>
      BDAT 2\r\n
      BDAT 0 LAST
      AUTH NOTHING
      AUTH CRAM-MD5
      *
      STARTTLS now
      QUIT now
      RSET now
      RSET
      """

  @rfc5321-2.1-02 @rfc5321-4.2-01 @rfc5321-4.1.1.4-14 @must
  Rule: Each command has exactly one reply

    Example: None without, none with two
      Then each line has been answered once

  @rfc5321-2.3.7-01 @rfc5321-2.3.8-03 @rfc5321-2.4-08 @rfc5321-4.2-05 @rfc5321-4.2-09 @rfc5321-4.2-12 @rfc5321-4.2.1-04 @must
  @rfc5321-4.2.1-05 @rfc5321-4.2.1-07 @rfc5321-4.3.2-01 @rfc5321-4.5.3.1.5-01 @rfc5321-AppA-01 @rfc6531-3.7.4.2-04
  Rule: A reply is printable ASCII in short lines that end in CRLF, all with one code, whatever the client has said

    Example: Also to control characters and to long addresses
      Then each reply has the form that the standard gives it

  @rfc5321-4.2-06 @rfc5321-4.2.1-08 @rfc5321-4.2.1-09 @rfc5321-4.2.2-03 @rfc5321-4.3.1-04 @rfc5321-4.3.2-02 @must
  @rfc5321-4.3.2-03 @rfc5321-4.3.2-07 @rfc5321-4.3.2-08 @rfc5321-4.3.2-09 @rfc5321-4.3.2-10 @rfc5321-4.3.2-11
  @rfc5321-4.3.2-12 @rfc5321-4.3.2-13 @rfc5321-4.3.2-14 @rfc5321-4.3.2-15 @rfc5321-4.3.2-16 @rfc5321-4.5.1-01
  Rule: The code is one that the standard lists for the command

    Example: By the table
      Then each reply code stands in the table of its command
      And only DATA and AUTH are answered 3yz

  @rfc5321-4.2-07 @rfc2920-3.2-11 @should
  Rule: The text tells which command is answered

    Example: No two commands with the same words
      Then each reply tells which command it answers

  @rfc2034-4-01 @rfc2034-4-02 @rfc2034-4-03 @rfc2034-4-04 @rfc2034-4-05 @rfc3463-2-01 @rfc3463-2-02 @must
  Rule: Every reply has an enhanced status code of its class, but those to the connection, EHLO and HELO

    Example: On each of its lines
      Then each reply but those to the connection, EHLO and HELO has an enhanced status code

  @rfc3463-2-03 @rfc3463-3.8-03 @rfc5248-2.1-01 @rfc5248-2.4-01 @rfc5248-2.4-03 @rfc5248-2.4-04 @should
  Rule: The enhanced status code is registered and goes with the reply code

    Example: By the registry
      Then each enhanced status code is registered and goes with its reply code
