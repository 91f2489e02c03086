Feature: A session is opened by the server
  The server speaks first and says who it is, or that it will not talk to this client at all.

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
    Example: The name in the greeting and the answer to EHLO
      When a stranger opens a session on the relay listener
      Then the server names itself mail.here.example

    @rfc5321-4.2.2-01
    Example: The name in the goodbye
      When a stranger opens a session on the relay listener
      Then the server names itself mail.here.example when it says goodbye

    @rfc5321-3.1-05 @rfc5321-7.5-01
    Example: The greeting tells the software and not its version
      When a stranger opens a session on the relay listener
      Then the greeting says which software answers
      And the greeting says no version

  @rfc5321-3.1-02 @rfc5321-3.1-03 @must
  Rule: A host that is not welcome is greeted with 554 and may only say goodbye

    Example: A refused host
      Given the strangers' network is refused
      And who is refused hears so in the greeting
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

    @rfc5321-3.1-04 @rfc7504-3-02 @rfc2505-2.5-01 @rfc5321-4.3.2-07
    Example: The refusal explains itself
      Given the strangers' network is refused
      And who is refused hears so in the greeting
      When mallory opens a session on the relay listener
      Then the greeting says why, in words

    @rfc2034-4-02
    Example: The answer to EHLO has no enhanced status code, here neither
      Given the strangers' network is refused
      And mallory has said, well and badly:
        """
        EHLO client.example
        NOOP
        """
      Then each reply but those to the connection, EHLO and HELO has an enhanced status code

    @rfc7504-3-01 @rfc7504-3-03 @rfc7504-5.1-01
    Example: A host that takes no mail at all
      Given the setting refusals.noMail is true
      Then this conversation holds:
        """
        S: 521
        C: EHLO client.example
        S: 521
        C: MAIL FROM:<bob@there.example>
        S: 521
        C: QUIT
        S: 221
        S!
        """
