Feature: Users show who they are
  Each method of authentication works as its standard says, and nothing is learnt or gained by trying.

  @rfc4954-4-02 @rfc4954-4-03 @must
  Rule: A client authenticates once, outside a transaction

    Example: Twice, and in a transaction
      Given the setting authentication.clearText is true
      And the setting tls.requiredOnSubmission is false
      Then this conversation holds on the submission listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=
        S: 235
        C: AUTH PLAIN AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=
        S: 503
        C: MAIL FROM:<alice@here.example>
        S: 250
        C: AUTH PLAIN AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=
        S: 503
        C: QUIT
        S: 221
        """

  @rfc4954-4-04 @rfc4954-4-07 @rfc4954-4-14 @must
  Rule: A client may cancel, and rubbish is refused

    Example: Cancelled, broken and unknown
      Given the setting authentication.clearText is true
      And the setting tls.requiredOnSubmission is false
      Then this conversation holds on the submission listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN
        S: 334
        C: *
        S: 501
        C: AUTH PLAIN !!!!
        S: 501
        C: AUTH FANCY
        S: 504
        C: AUTH LOGIN
        S: 334
        C: YWxpY2U=
        S: 334
        C: d3Jvbmc=
        S: 535
        C: QUIT
        S: 221
        """

  @mail-service-34
  Rule: SCRAM proves the password without showing it, and proves the server too

    Scenario Outline: <method> under TLS
      When alice authenticates on the wire with <method>
      Then the server has proved that it knows the password
      And alice is authenticated

      Examples: without and with channel binding
        | method             |
        | SCRAM-SHA-256      |
        | SCRAM-SHA-256-PLUS |

  @mail-service-35
  Rule: Failed attempts are limited

    Example: The third wrong password ends the session
      Given the setting authentication.clearText is true
      And the setting tls.requiredOnSubmission is false
      Then this conversation holds on the submission listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN AGFsaWNlAHdyb25n
        S: 535
        C: AUTH PLAIN AGFsaWNlAHdyb25n
        S: 535
        C: AUTH PLAIN AGFsaWNlAHdyb25n
        S: 421|535
        S!
        """

  @mail-service-36
  Rule: A user sends only from an address of their own

    Example: Alice in the name of carol
      Given alice is an authenticated user
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message from <carol@here.example> to bob@there.example
      Then the message is refused permanently
      And mx1.there.example is not contacted

  @rfc6409-4.3-01 @must
  Rule: The submission listener takes mail from the authenticated only

    Example: Nobody in particular, under TLS
      Then this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<alice@here.example>
        S: 530
        C: QUIT
        S: 221
        """
