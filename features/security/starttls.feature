@needs-tls
Feature: A session becomes private with STARTTLS
  What was said before the handshake is worth nothing after it, on both sides.

  @rfc3207-2-01 @rfc3207-4-01 @rfc3207-4-02 @must
  Rule: STARTTLS is offered and taken without a parameter

    Example: With an argument, then without
      Then the relay listener offers "STARTTLS" in clear
      And this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: STARTTLS please
        S: 501
        C: STARTTLS
        S: 220
        # TLS
        C: EHLO client.example
        S: 250
        """

  @rfc3207-4.2-01 @rfc3207-4.2-03 @rfc3207-4.2-10 @must
  Rule: After the handshake the session begins afresh

    Example: What was said is forgotten, EHLO too
      Then MAIL right after the handshake is answered as it is right after the greeting

    Example: The transaction is gone, and STARTTLS too
      Given STARTTLS is taken within a transaction
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: STARTTLS
        S: 220
        # TLS
        C: DATA
        S: 503
        C: EHLO client.example
        S: 250
        C: DATA
        S: 503
        C: RCPT TO:<alice@here.example>
        S: 503
        C: STARTTLS
        S: 503|554
        C: MAIL FROM:<bob@there.example>
        S: 250
        """

    Example: Whoever authenticated in clear has to do so again
      Given the setting authentication.clearText is true
      And the setting tls.requiredOnSubmission is false
      Then this conversation holds on the submission listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=
        S: 235
        C: STARTTLS
        S: 220
        # TLS
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<alice@here.example>
        S: 250|530
        C: RCPT TO:<bob@there.example>
        S: 5yz
        """

  @rfc3207-4.2-07 @rfc3207-4.2-09 @must
  Rule: What is offered fits the state of the session

    Example: Before and after
      Then the relay listener offers "STARTTLS" in clear
      And the relay listener offers no "STARTTLS" under TLS
      And the submission listener offers "STARTTLS" in clear
      And the submission listener offers no "AUTH PLAIN" in clear
      And the submission listener offers no "STARTTLS" under TLS
      And the submissions listener offers no "STARTTLS" under TLS

  @rfc3207-4.2-02 @must
  Rule: What is sent behind STARTTLS in clear is never executed

    Scenario Outline: <command> injected before the handshake
      When mallory injects "<command>" behind STARTTLS
      Then the first answer under TLS is to the first command under TLS

      Examples: commands that an attacker would like
        | command                      |
        | RSET                         |
        | EHLO attacker.example        |
        | MAIL FROM:<m@attacker.example> |

  @rfc3207-4-05 @rfc3207-4-06 @should
  Rule: Where TLS is demanded, all but a few commands are refused with 530

    Scenario Outline: The <role> listener
      Given the setting tls.requiredOnRelay is true
      And a stranger has introduced itself in clear on the <role> listener
      Then the server answers:
        | command                        | answer    |
        | MAIL FROM:<alice@here.example> | 530 5.7.0 |
        | RCPT TO:<alice@here.example>   | 530 5.7.0 |
        | DATA                           | 530 5.7.0 |
        | VRFY alice                     | 530 5.7.0 |
        | AUTH PLAIN                     | 530 5.7.0 |
        | NOOP                           | 250       |
        | EHLO client.example            | 250       |

      Examples: with the setting
        | role       |
        | relay      |
        | submission |

  @rfc3207-4-04 @rfc3207-6-02 @must
  Rule: A public server takes mail in clear, unless its settings say otherwise

    Example: In clear from a stranger
      When mallory sends a message to alice@here.example
      Then alice finds the message in the mailbox

    Example: TLS is demanded of everybody
      Given the setting tls.requiredOnRelay is true
      When mallory sends a message to alice@here.example
      Then the message is refused permanently

  @rfc8314-4-02 @should
  Rule: STARTTLS is not offered where it cannot succeed

    Example: TLS is switched off
      Given the setting tls.offered is false
      And the setting tls.requiredOnSubmission is false
      Then the relay listener offers no "STARTTLS" in clear
      And the submission listener offers no "STARTTLS" in clear

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
