Feature: Users show who they are
  Each method of authentication works as its standard says, and nothing is learnt or gained by trying.

  @mail-service-35
  Rule: Failed attempts are limited

    Example: The second wrong password ends the session, where the administrator says so
      Given the setting authentication.failuresPerSession is 2
      And the setting authentication.clearText is true
      And the setting tls.requiredOnSubmission is false
      Then a stranger who says "AUTH PLAIN AGFsaWNlAHdyb25n" again and again on the submission listener is shown out after 2 times

  @mail-service-36
  Rule: A user sends only from an address of their own

    Example: Alice in the name of carol
      Given alice is an authenticated user
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message from <carol@here.example> to bob@there.example
      Then the message is refused permanently
      And mx1.there.example is not contacted
