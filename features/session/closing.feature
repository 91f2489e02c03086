Feature: A session is closed in good order
  A client can rely on its session until it has said QUIT, has been told 421, or has itself gone away.

  @rfc5321-3.8-01 @rfc5321-3.8-02 @rfc5321-3.8-04 @rfc5321-4.1.1.10-01 @rfc5321-4.1.1.10-02 @rfc5321-4.3.2-17 @must
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

    @rfc5321-2.4-07
    Example: A command is none before its CRLF
      Then this conversation holds:
        """
        S: 220
        C| RSET
        + 30ms
        C|  later\r\n
        # Obeyed too early it would leave another answer.
        S: 250|500|501
        C: NOOP
        S: 250
        C: QUIT
        S: 221
        """

    @rfc5321-4.1.1.10-08
    Example: QUIT in the middle of a transaction
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: QUIT
        S: 221
        S!
        """
      And the mailbox of alice@here.example holds 0 messages

    @rfc5321-4.5.3.2.7-01 @rfc5321-4.5.3.2.7-02 @needs-clock
    Example: A client that says nothing for longer than five minutes
      Given a stranger has opened a session
      When 4 minutes pass
      Then the session is still open
      And after 2 minutes the server says 421 and closes

    @rfc5321-3.8-03 @rfc5321-3.8-05 @rfc5321-4.3.2-06 @rfc3463-3.4-02
    Example: The server is shut down
      Given a stranger has opened a session
      When the server is stopped
      Then the client has heard 421 4.3.2 and the session is closed

    @rfc5321-3.8-03
    Example: What was begun before is ended before
      Given the server is one of our own
      When mallory is in the middle of content for alice@here.example when the server restarts, and ends it
      Then the mailbox of alice@here.example holds 1 message

    @mail-service-32
    Example: Too many connections from one host
      Given the setting limits.connectionsPerHost is 3
      When a stranger opens 4 sessions at once
      Then 3 are greeted with 220 and 1 with 421

    @mail-service-32
    Example: Too many connections in all
      Given the setting limits.connections is 3
      When a stranger opens 4 sessions at once
      Then 3 are greeted with 220 and 1 with 421

    @mail-service-32
    Example: Who has left makes room
      Given the settings:
        | setting                   | value |
        | limits.connections        | 1     |
        | limits.connectionsPerHost | 1     |
      And this conversation holds:
        """
        S: 220
        C: QUIT
        S: 221
        S!
        """
      When mallory opens 1 session at once
      Then 1 are greeted with 220 and 0 with 421

    @mail-service-32
    Example: Who has left makes room for one, and no more
      Given the setting limits.connectionsPerHost is 2
      And mallory has opened a session
      And this conversation holds:
        """
        S: 220
        C: QUIT
        S: 221
        S!
        """
      When mallory opens 2 sessions at once
      Then 1 are greeted with 220 and 1 with 421

    @mail-service-32
    Example: A trusted host is spared
      Given the settings:
        | setting                     | value |
        | limits.connectionsPerHost   | 1     |
        | limits.connectionsPerMinute | 1     |
      When a trusted host opens 3 sessions at once
      Then 3 are greeted with 220 and 0 with 421

    @mail-service-32
    Example: The second connection within a minute is told to come back, and closed
      Given the setting limits.connectionsPerMinute is 1
      Then this conversation holds:
        """
        S: 220
        C: QUIT
        S: 221
        S!
        """
      And this conversation holds:
        """
        S: 421
        S!
        """

    @mail-service-33 @rfc5321-7.8-01
    Example: Too many refused commands
      Given the setting limits.errorsPerSession is 5
      Then a stranger who says "WHAT" again and again on the relay listener is shown out after 5 times

  @rfc5321-4.5.4.2-01 @rfc5321-4.5.4.2-02 @must
  Rule: Many clients are served at the same time

    Example: Thirty clients at once
      When a stranger opens 30 sessions at once
      Then 30 are greeted with 220 and 0 with 421

    Example: Two sessions take turns
      Then two sessions can take turns, command by command
