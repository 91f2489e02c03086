Feature: Commands are understood as the standard writes them
  One grammar for everybody: what is well formed is understood, what is not is refused without harm.

  @rfc5321-2.4-01 @rfc5321-2.4-02 @rfc5321-2.4-03 @must
  Rule: The case of commands and keywords does not matter

    Example: Lower and mixed case
      Then this conversation holds:
        """
        S: 220
        C: eHlO client.example
        S: 250
        C: mail from:<bob@there.example> body=8bitmime
        S: 250
        C: rcpt To:<alice@here.example> notify=never
        S: 250
        C: rSeT
        S: 250
        C: quit
        S: 221
        """

  @rfc5321-2.3.8-01 @rfc5321-2.3.8-02 @must
  Rule: Only CRLF ends a command

    Example: A bare line feed does not
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C| NOOP\nNOOP\r\n
        S: 5yz
        """

    Example: A bare carriage return does not
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C| NOOP\rNOOP\r\n
        S: 250|5yz
        C: RSET
        S: 250
        C: QUIT
        S: 221
        """

    @needs-pipelining
    Example: The two octets of a CRLF come apart
      Then this conversation holds:
        """
        S: 220
        C| EHLO client.example\r
        C| \n
        S: 250
        C| RSET\r
        C| \nQUIT\r\n
        S: 250
        S: 221
        """

  @rfc5321-4.1.1-01 @should
  Rule: White space at the end of a command is tolerated

    Example: Spaces and tabs
      Then this conversation holds:
        """
        S: 220
        C| EHLO client.example  \r\n
        S: 250
        C| MAIL FROM:<bob@there.example> \t\r\n
        S: 250
        C| RSET \r\n
        S: 250
        C: QUIT
        S: 221
        """

  @rfc5321-4.1.1.8-02 @should
  Rule: HELP is given to everybody who asks

    Example: Without an argument
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers:
        | command | answer |
        | HELP    | 21z    |

  @rfc5321-4.1.1.9-01 @rfc5321-4.1.1.9-02 @rfc5321-4.1.1.8-03 @rfc5321-4.1.1.5-02 @rfc5321-4.1.1.5-03 @must
  @rfc5321-4.1.1.5-04 @rfc5321-4.1.4-02
  Rule: Commands that need no transaction are served at any time

    Example: Before EHLO
      Then this conversation holds:
        """
        S: 220
        C: NOOP
        S: 250
        C: NOOP whatever this is
        S: 250
        C: RSET
        S: 250
        C: HELP
        S: 214|50z
        C: HELP MAIL
        S: 214|50z
        C: HELP NOTHING
        S: 214|50z
        C: VRFY alice@here.example
        S: 252|50z
        C: NOOP
        S: 250
        C: QUIT
        S: 221
        """

  @rfc5321-4.2.4-01 @rfc5321-2.2.2-04 @rfc5321-4.1.5-02 @rfc5321-4.1.1.1-15 @rfc5321-F.1-01 @rfc5321-F.6-02 @rfc5321-F.6-03 @rfc2505-2.12-01 @should
  Rule: A known command that this server does not do is answered 502, an invented one 500

    Example: Commands of the past and of others
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers:
        | command                        | answer |
        | TURN                           | 50z    |
        | ATRN here.example              | 50z    |
        | ETRN here.example              | 25z\|458\|459\|50z |
        | BURL imap://mail.example/ LAST | 50z    |
        | SEND FROM:<bob@there.example>  | 50z    |
        | SOML FROM:<bob@there.example>  | 50z    |
        | SAML FROM:<bob@there.example>  | 50z    |
        | RCPT TO:<alice@here.example>   | 503    |

    @rfc5321-3.8-04
    Example: Commands of nobody
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers:
        | command                        | answer |
        | FROBNICATE                     | 500    |
        | XYZZY                          | 500    |
        | HELO-                          | 500    |
        | MAILFROM <bob@there.example>   | 500    |
        | 250 OK                         | 500    |

  @rfc5321-4.1.1-04 @rfc5321-4.3.2-05 @should
  Rule: Commands without parameters are refused with them

    Example: RSET with an argument
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: RSET now
        S: 501
        C: QUIT
        S: 221
        """

    Example: DATA with an argument
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA please
        S: 501
        C: QUIT
        S: 221
        """

    Example: QUIT with an argument
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: QUIT please
        S: 501
        C: QUIT
        S: 221
        """
