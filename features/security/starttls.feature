Feature: A session becomes private with STARTTLS
  What was said before the handshake is worth nothing after it, on both sides.

  @rfc3207-4.2-01 @rfc3207-4.2-03 @rfc3207-4.2-10 @must
  Rule: After the handshake the session begins afresh

    Example: EHLO is needed again, and STARTTLS is no longer offered
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: STARTTLS
        S: 220
        # TLS
        C: RCPT TO:<alice@here.example>
        S: 503
        C: MAIL FROM:<bob@there.example>
        S: 503
        C: EHLO client.example
        S: 250
        C: STARTTLS
        S: 503
        C: QUIT
        S: 221
        """

  @rfc3207-4.2-02 @must
  Rule: What is sent behind STARTTLS in clear is never executed

    Example: A command injected before the handshake
      When mallory injects "RSET" behind STARTTLS
      Then the first answer under TLS is to the first command under TLS

  @rfc3207-4-02 @must
  Rule: STARTTLS takes no parameter

    Example: With an argument
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: STARTTLS please
        S: 501
        C: QUIT
        S: 221
        """

  @rfc3207-4-05 @should
  Rule: Where TLS is demanded, mail without it is refused with 530

    Example: The submission listener
      Then this conversation holds on the submission listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<alice@here.example>
        S: 530
        C: NOOP
        S: 250
        C: QUIT
        S: 221
        """

  @mail-service-38
  Rule: Outgoing mail is private where the far host offers it

    Scenario Outline: The far host shows a <certificate> certificate
      Given there.example has the mail exchanger mx1.there.example with a <certificate> certificate
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it under TLS

      Examples: any certificate is better than none
        | certificate |
        | good        |
        | self-signed |
        | expired     |
        | wrong-name  |

    Example: The far host does not offer it
      Given there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it in clear
