Feature: Replies are what programs can read, and tell strangers nothing
  A client decides by the reply, and a log keeps it for years. The same check looks at every reply in every other feature.

  Background:
    Given a stranger has said, well and badly:
      """
      HELO client.example
      EHLO client.example
      NOOP
      HELP
      HELP EHLO
      VRFY alice
      EXPN everybody
      FROB
      NOOP \xff\x00
      MAIL
      MAIL FROM:<bob@there.example> SIZE=x
      MAIL FROM:<bob@there.example>
      RCPT TO:<bob@there.example>
      RCPT TO:<nobody@here.example>
      RCPT TO:<\xc3\xbc@here.example>
      DATA
      RSET
      AUTH
      AUTH FANCY
      STARTTLS x
      QUIT
      """

  @mail-service-60 @rfc5321-4.2-05 @rfc5321-4.2-12 @rfc5321-4.2.1-07 @rfc2034-4-01 @rfc2034-4-02 @rfc2034-4-04 @rfc2034-4-05 @must
  Rule: The form of a reply is that of the standard, and it leaks nothing

    Example: In a session full of mistakes
      Then no reply departs from a rule that is a MUST

  @rfc5321-4.2.1-05 @rfc5321-4.2-09 @should
  Rule: A reply has text, and the server one name

    Example: In a session full of mistakes
      Then no reply departs from a rule that is a SHOULD
