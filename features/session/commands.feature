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

    Example: A bare line feed and a bare carriage return do not
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C| NOOP\nNOOP\r\n
        S: 5yz
        C| NOOP\rNOOP\r\n
        S: 5yz
        C: NOOP
        S: 250
        C: QUIT
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

  @rfc5321-4.5.3.1.4-01 @must
  Rule: A command line of 512 octets is taken; one that is too long is answered 500 and the session stays in step

    Example: A line of 512 octets
      Then a command line of 512 octets is understood

    @rfc5321-2.3.8-06
    Example: A line of 100000 octets
      Then a command line of 100000 octets is answered 500 and the session goes on

  @rfc5321-4.1.1.9-01 @rfc5321-4.1.1.8-02 @rfc5321-4.1.1.5-03 @rfc5321-4.1.4-02 @must
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
        S: 214
        C: VRFY alice
        S: 252
        C: QUIT
        S: 221
        """

  @rfc5321-4.2.4-01 @should
  Rule: A known command that this server does not do is answered 502

    Scenario Outline: <command>
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: <command>
        S: 502
        C: QUIT
        S: 221
        """

      Examples: commands of the past
        | command                       |
        | TURN                          |
        | SEND FROM:<bob@there.example> |
        | SAML FROM:<bob@there.example> |

  @rfc5321-4.1.1-04 @should
  Rule: Commands without parameters are refused with them

    Example: DATA, RSET and QUIT with an argument
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: RSET now
        S: 501
        C: DATA please
        S: 50z
        C: QUIT please
        S: 501
        C: QUIT
        S: 221
        """
