Feature: The AUTH command keeps to its rules
  A client that knows no more than the standard must be able to log in, and one that does not keep to it must learn so.

  Background:
    Given the setting authentication.failuresPerSession is 20
    And the setting limits.errorsPerSession is 0

  @rfc4954-3-01 @rfc4954-3-02 @rfc4954-3-04 @rfc4954-6-05 @rfc4954-4-29 @rfc4954-4-30 @rfc5802-4-02 @must
  Rule: AUTH is offered with the names of the mechanisms that may be used now, and with no others

    Example: Passwords in clear only under TLS
      Then the relay listener offers "AUTH CRAM-MD5 SCRAM-SHA-256" in clear
      And the relay listener offers "AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-256-PLUS" under TLS
      And the submission listener offers no "AUTH" in clear
      And the submission listener offers "AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-256-PLUS" under TLS
      And the submissions listener offers "AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-256-PLUS" under TLS

    Example: What is not offered is refused, whatever the credentials
      Given a stranger has introduced itself in clear on the relay listener
      Then the server answers:
        | command                                                   | answer    |
        | AUTH PLAIN {base64 \\0alice\\0alice's password}           | 504 5.5.4\|538\|534 |
        | AUTH LOGIN                                                | 504 5.5.4\|538\|534 |
        | AUTH SCRAM-SHA-256-PLUS {base64 p=tls-exporter,,n=a,r=b}  | 504 5.5.4\|538\|534 |

    Example: A site that allows clear text says so
      Given the setting authentication.clearText is true
      Then the relay listener offers "AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256" in clear

  @rfc4954-4-04 @rfc4954-4-05 @rfc4954-4-08 @rfc4954-4-11 @rfc4954-4-14 @rfc4954-4-16 @rfc4954-4-17 @must
  Rule: A malformed attempt is refused with the code that says what was wrong, and the session goes on

    Example: Commands
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                 | answer    |
        | AUTH                    | 501\|504  |
        | AUTH FANCY              | 504 5.5.4 |
        | AUTH FANCY YWJj         | 504 5.5.4 |
        | AUTH PLAIN YWJj YWJj    | 501       |
        | AUTH PLAIN =            | 501\|535  |
        | AUTH PLAIN *            | 501 5.5.2 |
        | AUTH PLAIN !!!!         | 501 5.5.2 |
        | AUTH PLAIN YWJ          | 501 5.5.2 |
        | AUTH PLAIN ====         | 501 5.5.2 |
        | AUTH PLAIN =AAA         | 501 5.5.2 |
        | AUTH PLAIN AAA=BBB=     | 501 5.5.2 |
        | AUTH PLAIN YWJj\\x01    | 501       |
        | AUTH PLAIN YW-_         | 501 5.5.2 |

    Example: An initial response that is there, and empty
      Given the server is one of our own
      And a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command      | answer |
        | AUTH LOGIN = | 334    |
        | *            | 501    |

    Example: Answers to a challenge
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command              | answer    |
        | AUTH PLAIN           | 334       |
        | YWJj YWJj            | 501 5.5.2 |
        | AUTH PLAIN           | 334       |
        | =AAA                 | 501 5.5.2 |
        | AUTH LOGIN           | 334       |
        | AAA=BBB=             | 501 5.5.2 |
        | AUTH LOGIN           | 334       |
        | {base64 alice}       | 334       |
        | alice's password     | 501 5.5.2 |

    Example: A line feed in the middle of an answer
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command              | answer    |
        | AUTH PLAIN           | 334       |
        | dGVz\ndGVz           | 501       |

  @rfc4954-4-06 @rfc4954-4-08 @rfc4954-4-07 @must
  Rule: A challenge is base64 and nothing else; an asterisk cancels

    Example: The empty challenge has its space, the others only base64
      Given the setting authentication.clearText is true
      And the setting tls.requiredOnSubmission is false
      Then this conversation holds on the submission listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN
        S| 334 \r\n
        C: *
        S: 501
        C: AUTH LOGIN
        S| 334 VXNlcm5hbWU6\r\n
        C: YWxpY2U=
        S| 334 UGFzc3dvcmQ6\r\n
        C: *
        S: 501
        C: MAIL FROM:<alice@here.example>
        S: 250|530
        C: RCPT TO:<bob@there.example>
        S: 5yz
        """

  @rfc4954-4-12 @rfc4954-4-13 @must
  Rule: A mechanism in which the server speaks first takes no initial response

    Example: CRAM-MD5
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command            | answer    |
        | AUTH CRAM-MD5 YWJj | 501 5.7.0 |
        | AUTH CRAM-MD5 =    | 501 5.7.0 |

  @rfc4954-4-18 @rfc4954-4-19 @must
  Rule: Lines of the exchange may be long, and one that is too long ends it

    Example: 12,286 octets and their line end are read, a million are not
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command        | answer    |
        | AUTH PLAIN     | 334       |
        | {A × 12284}    | 501\|535  |
        | AUTH PLAIN     | 334       |
        | {A × 999999}   | 500 5.5.6 |
        | AUTH LOGIN     | 334       |
        | {A × 20000}    | 500 5.5.6 |

  @rfc4954-4-02 @rfc4954-4-03 @rfc4954-4-27 @rfc4954-4-28 @rfc4954-4-33 @rfc4954-8-01 @must
  Rule: A client authenticates once, and outside a transaction

    Example: After a failure, then in a group, then too late
      Given the setting authentication.clearText is true
      And the setting tls.requiredOnSubmission is false
      Then this conversation holds on the submission listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN AGFsaWNlAHdyb25n
        S: 535 5.7.8
        C: auth plain AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=
        C: MAIL FROM:<alice@here.example>
        C: RCPT TO:<carol@here.example>
        S: 235 2.7.0
        S: 250
        S: 250
        C: AUTH PLAIN AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=
        S: 503
        C: DATA
        S: 354
        C| Subject: x\r\n\r\n.\r\n
        S: 250
        C: AUTH LOGIN
        S: 503
        """

    Example: In a transaction on the relay listener, which survives it
      Given the setting authentication.clearText is true
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: AUTH PLAIN AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=
        S: 503
        C: RCPT TO:<alice@here.example>
        S: 250
        """

  @rfc4954-6-08 @rfc4954-4-22 @rfc4954-4-23 @should
  Rule: Success and failure carry the codes that the standard pairs

    Scenario Outline: <method>
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                     | answer    |
        | <first>                     | 334       |
        | <wrong>                     | 535 5.7.8 |
        | <first>                     | 334       |
        | <right>                     | 235 2.7.0 |

      Examples: of passwords in clear
        | method | first                     | wrong                             | right                                      |
        | PLAIN  | AUTH PLAIN                | {base64 \\0alice\\0wrong}     | {base64 \\0alice\\0alice's password}   |
        | LOGIN  | AUTH LOGIN {base64 alice} | {base64 wrong}                    | {base64 alice's password}                  |

  @rfc4954-9-02 @rfc4954-9-04 @should
  Rule: A session survives two failures, and does not survive many

    Example: The third wrong password is the last
      Given the setting authentication.failuresPerSession is 3
      And a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                 | answer    |
        | AUTH PLAIN {base64 \\0alice\\0wrong}    | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0alice\\0wrong}    | 535 5.7.8 |

  @rfc4954-6-01 @should
  Rule: A host that has failed too often is told to come back later, whatever password it has

    Example: With the right one at last
      Given the setting authentication.failuresPerHost is 2
      And a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                            | answer    |
        | AUTH PLAIN {base64 \\0alice\\0wrong}               | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0alice\\0wrong}               | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0alice\\0alice's password}    | 454 4.7.0 |

  @rfc4954-3-03 @rfc4954-5-01 @rfc4954-5-02 @must
  Rule: MAIL takes AUTH= from anybody, in xtext, and has room for it

    Example: Of a stranger
      Given a stranger has introduced itself in clear on the relay listener
      Then MAIL is answered for the parameters:
        | parameters                                 | answer    |
        | AUTH=<>                                    | 250       |
        | auth=bob@there.example                     | 250       |
        | AUTH=e+3Dmc2@example.com                   | 250       |
        | AUTH={a × 60}@{b × 60}.{c × 60}.{d × 60}.{e × 8} SIZE=1000 ENVID={x × 100} RET=HDRS BODY=8BITMIME | 250 |
        | AUTH=++                                    | 501 5.5.4 |
        | AUTH=e+3dmc2@example.com                   | 501 5.5.4 |
        | AUTH=e=mc2@example.com                     | 501 5.5.4 |
        | AUTH=nobody                                | 501 5.5.4 |
        | AUTH=                                      | 501 5.5.4 |
        | AUTH                                       | 501\|555  |
        | AUTH=<> AUTH=<>                            | 501 5.5.4 |
