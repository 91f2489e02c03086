Feature: A session is opened and closed in good order
  The server speaks first, says who it is, and closes when it has been asked to, has run out of patience,
  or must not talk to this client at all.

  @rfc5321-3.1-01 @rfc5321-4.2-04 @rfc5321-4.3.1-03 @must
  Rule: The server greets first, with its own name

    Example: The greeting and the goodbye
      Then this conversation holds:
        """
        S: 220
        C: QUIT
        S: 221
        S!
        """

    @rfc5321-4.2.2-01
    Example: The name in the greeting, the answer to EHLO and the goodbye
      When a stranger opens a session on the relay listener
      Then the server names itself mail.here.example

  @rfc5321-4.1.1.1-12 @rfc5321-4.1.1.1-04 @must
  Rule: EHLO is answered with the server's name and one line for each extension

    Example: EHLO
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250-
        S: 250
        C: QUIT
        S: 221
        """

    Scenario Outline: <keyword> is offered
      When a stranger opens a session on the relay listener
      Then the server offers <keyword>

      Examples: everything that this server does
        | keyword             |
        | PIPELINING          |
        | SIZE                |
        | 8BITMIME            |
        | BINARYMIME          |
        | CHUNKING            |
        | SMTPUTF8            |
        | DSN                 |
        | ENHANCEDSTATUSCODES |
        | STARTTLS            |

  @rfc5321-2.2.1-03 @rfc5321-3.2-01 @must
  Rule: HELO is understood, and not answered in the style of EHLO

    Example: HELO
      Then this conversation holds:
        """
        S: 220
        C: HELO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: QUIT
        S: 221
        """

  @rfc5321-4.1.1.1-09 @rfc5321-4.1.4-05 @must
  Rule: EHLO needs an argument; a refused EHLO changes nothing

    Example: No argument, then a good one
      Then this conversation holds:
        """
        S: 220
        C: EHLO
        S: 501
        C: MAIL FROM:<bob@there.example>
        S: 503
        C: EHLO client.example
        S: 250
        C: EHLO
        S: 501
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: QUIT
        S: 221
        """

    @rfc5321-4.1.1.1-11
    Scenario Outline: A client that names itself <name>
      Then this conversation holds:
        """
        S: 220
        C: EHLO <name>
        S: 250
        C: QUIT
        S: 221
        """

      Examples: names and literals
        | name                  |
        | client.example        |
        | [192.0.2.7]           |
        | [IPv6:2001:db8::7]    |
        | localhost             |

  @rfc5321-3.1-02 @rfc5321-3.1-03 @must
  Rule: A host that is not welcome is greeted with 554 and may only say goodbye

    Example: A refused host
      Given the strangers' network is refused
      Then this conversation holds:
        """
        S: 554
        C: EHLO client.example
        S: 503
        C: MAIL FROM:<bob@there.example>
        S: 503
        C: QUIT
        S: 221
        S!
        """

    @rfc7504-3-01
    Example: A host that takes no mail at all
      Given the setting refusals.noMail is true
      Then this conversation holds:
        """
        S: 521
        """

  @rfc5321-3.8-01 @rfc5321-4.1.1.10-01 @must
  Rule: The server closes only after QUIT, or after saying 421

    Example: Rubbish does not close the session
      Then this conversation holds:
        """
        S: 220
        C: RUBBISH
        S: 500
        C: EHLO client.example
        S: 250
        C: MOIN
        S: 500
        C: NOOP
        S: 250
        C: QUIT
        S: 221
        S!
        """

    @rfc5321-4.5.3.2.7-01 @rfc5321-4.5.3.2.7-02 @needs-clock
    Example: A client that says nothing for longer than five minutes
      Given a stranger has opened a session
      When 4 minutes pass
      Then the session is still open
      And after 2 minutes the server says 421 and closes

    @rfc5321-3.8-03
    Example: The server is shut down
      Given a stranger has opened a session
      When the server is stopped
      Then the client has heard 421

    @mail-service-32
    Example: Too many connections from one host
      Given the setting limits.connectionsPerHost is 3
      When a stranger opens 4 sessions at once
      Then 3 are greeted with 220 and 1 with 421

    @mail-service-33
    Example: Too many refused commands
      Given the setting limits.errorsPerSession is 5
      Then this conversation holds:
        """
        S: 220
        C: WHAT
        S: 500
        C: WHAT
        S: 500
        C: WHAT
        S: 500
        C: WHAT
        S: 500
        C: WHAT
        S: 500
        S: 421
        S!
        """
