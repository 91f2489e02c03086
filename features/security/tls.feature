Feature: TLS is what it should be today
  A session that calls itself private is so only with a current version, sound ciphers and a certificate that holds.

  @rfc8314-4-03 @rfc8314-4-04 @rfc8314-4-05 @must
  Rule: TLS 1.2 and 1.3 are spoken, and nothing older or weaker

    Example: Versions
      Then a handshake with TLSv1.3 succeeds
      And a handshake with TLSv1.2 succeeds
      And a handshake with TLSv1.1 fails
      And a handshake with TLSv1 fails

    Example: Ciphers without secrecy
      Then a handshake with the ciphers "eNULL" fails

  @rfc8314-4-05 @may
  Rule: A server that keeps to suites that prove who it is takes no others

    Example: Ciphers without authentication
      Then a handshake with the ciphers "aNULL" fails

  @rfc8314-3.3-01 @rfc8314-3.3-02 @rfc8314-3.3-03 @rfc8314-3.3-04 @rfc8314-4-01 @must
  Rule: Users can hand in mail over implicit TLS under the same rules as with STARTTLS

    Example: TLS comes first, then the greeting, then the demand to authenticate
      Then the submissions listener offers no "STARTTLS" under TLS
      And this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<alice@here.example>
        S: 250|530
        C: RCPT TO:<carol@here.example>
        S: 5yz
        C: RSET
        S: 250
        C: STARTTLS
        S: 503|554|454
        C: AUTH PLAIN AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=
        S: 235
        C: MAIL FROM:<alice@here.example>
        S: 250
        """

    Example: Alice over either
      Given alice submits over implicit TLS
      When alice sends a message to carol@here.example
      Then carol finds the message in the mailbox
      And a client that says hello in clear on the submissions listener gets no greeting

  @rfc8314-3.4-01 @should
  Rule: TLS is closed before the connection is

    Example: After QUIT
      Then TLS is closed before the connection is

  @rfc8314-4.2-01 @must
  Rule: No certificate is asked of a client where none would count

    Example: The handshake
      Then no certificate is asked of the client

  @rfc8314-4.4-01 @must
  Rule: The certificate of the settings is shown, and can be verified

    Scenario Outline: On the <role> listener
      Given the server has a good certificate for mail.here.example
      Then a client that trusts its authority can verify mail.here.example on the <role> listener

      Examples: every door
        | role        |
        | relay       |
        | submission  |
        | submissions |

  @rfc8314-4.1-01 @must
  Rule: In clear nobody learns whether credentials were right

    Example: Right and wrong are refused alike
      Given a stranger has introduced itself in clear on the submission listener
      Then the server answers:
        | command                                          | answer    |
        | AUTH PLAIN {base64 \\0alice\\0alice's password}  | 530 5.7.0\|500\|503\|504\|538 |
        | AUTH PLAIN {base64 \\0alice\\0guess}             | 530 5.7.0\|500\|503\|504\|538 |
        | AUTH PLAIN                                       | 530 5.7.0\|500\|503\|504\|538 |

  @rfc7817-5-01 @must
  Rule: The certificate names the host as clients are told to look for it

    Scenario Outline: On the <role> listener
      Then the certificate on the <role> listener names mail.here.example

      Examples: every door
        | role        |
        | relay       |
        | submission  |
        | submissions |

  @rfc7817-5-02 @should @needs-own-certificate
  Rule: A certificate that the server made for itself names the domains of the addresses that it serves

    Example: Two domains
      Given the server accepts mail for also.example
      Then the certificate on the submission listener names here.example
      And the certificate on the submission listener names also.example

  @rfc7817-5-03 @must @needs-own-certificate
  Rule: What users find by SRV records is named in the certificate as a service

    Example: Programs find the doors of here.example by its name
      Given the zone:
        """
        _submission._tcp.here.example. SRV 0 1 587 mail.here.example.
        _submissions._tcp.here.example. SRV 0 1 465 mail.here.example.
        """
      Then the certificate on the submission listener is for the service _submission.here.example
      And the certificate on the submissions listener is for the service _submissions.here.example
