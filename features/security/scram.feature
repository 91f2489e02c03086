@needs-scram
Feature: SCRAM proves the password without showing it
  The client shows that it knows the password, the server that it knows the verifier, and under TLS both that nobody
  stands between them.

  Background:
    Given the setting authentication.failuresPerSession is 30

  @rfc7677-3-01 @rfc7677-3-02 @rfc5802-5.1-06 @rfc5802-5.1-09 @rfc5802-5.1-10 @rfc5802-5.1-14 @rfc5802-7-03 @mail-service-34 @must
  Rule: The server shows nonce, salt and iterations, and at last its signature

    Scenario Outline: <method> over <tls>
      When alice authenticates on the wire with <method> and:
        | tls | <tls> |
      Then the first message of the server is r=[!-+--~]{30,},s=[A-Za-z0-9+\/]{16,}=*,i=[1-9]\d{3,}
      And the server has proved that it knows the password
      And alice is authenticated

      Examples: without and with channel binding
        | method             | tls     |
        | SCRAM-SHA-256      | TLSv1.3 |
        | SCRAM-SHA-256      | TLSv1.2 |
        | SCRAM-SHA-256-PLUS | TLSv1.3 |

    Example: In clear, since nothing is shown that is worth hearing
      Given the setting tls.requiredOnSubmission is false
      When alice authenticates on the wire with SCRAM-SHA-256 and:
        | tls | none |
      Then the server has proved that it knows the password
      And alice is authenticated

  @rfc5802-5.1-04 @rfc5802-5.1-13 @rfc5802-5.1-02 @rfc5802-5.1-16 @must
  Rule: Names are read with their escapes, and unknown optional extensions are ignored

    Scenario Outline: <what>
      Given the setting users is [{"name": "alice", "password": "alice's password"}, {"name": "a,b=c", "password": "pw"}]
      When alice authenticates on the wire with SCRAM-SHA-256 and:
        | user      | <user>      |
        | password  | <password>  |
        | extension | <extension> |
      Then the exchange ends with 235

      Examples: what a client may send
        | what                          | user       | password         | extension  |
        | a comma and an equals sign    | a,b=c      | pw               |            |
        | an extension that is unknown  | alice      | alice's password | ,x=1,y=two |
        | a name to be prepared         | ａlice | alice's password |            |

  @rfc5802-2.2-01 @must
  Rule: Characters beyond ASCII are prepared before they are compared, or are not allowed at all

    Scenario Outline: <what>
      Given the setting users is [{"name": "alice", "password": "<one form>"}, {"name": "carol", "password": "<other form>"}]
      Then alice and carol are answered alike to the password "<prepared>"

      Examples: one password, stored as it was typed in two ways
        | what                                  | one form | other form     | prepared |
        | an umlaut of one character or of two  | Z\\u00fcrich | Zu\\u0308rich | Zürich  |
        | plain figures or those of full width  | PIN1     | PIN\\uff11      | PIN1     |

  @rfc5802-5-02 @rfc5802-5.1-08 @rfc5802-5.1-11 @rfc5802-7-04 @must
  Rule: Nonce, channel binding and proof must all be right

    Scenario Outline: <what>
      When alice authenticates on the wire with SCRAM-SHA-256 and:
        | <row> | <value> |
      Then the exchange ends with 535 5.7.8

      Examples: wrong in the last message
        | what                                  | row      | value           |
        | a proof with a bit changed            | proof    | wrong           |
        | the nonce of somebody else            | nonce    | rOprNGfwEbeRWgb |
        | another header than before            | binding  | y,,             |
        | binding data although none is bound   | binding  | n,,data         |
        | an identity that was not there before | binding  | n,a=carol,      |
        | the wrong password                    | password | guess           |

      Examples: wrong in the first message
        | what                                 | row    | value      |
        | on behalf of somebody else           | header | n,a=carol, |

    Example: On behalf of oneself is no pretence
      When alice authenticates on the wire with SCRAM-SHA-256 and:
        | header | n,a=alice, |
      Then the exchange ends with 235

  @rfc5802-6-03 @rfc5802-6-04 @rfc5802-6.1-01 @rfc5802-6.1-02 @rfc5802-6.1-03 @must
  Rule: Channel binding is what the client names, of this connection, or fails

    Scenario Outline: <header> over <tls>
      When alice authenticates on the wire with SCRAM-SHA-256-PLUS and:
        | header | <header> |
        | tls    | <tls>    |
      Then the exchange ends with <code>

      Examples: types that the server has
        | header                   | tls     | code |
        | p=tls-exporter,,         | TLSv1.3 | 235  |
        | p=tls-unique,,           | TLSv1.2 | 235  |
        | p=tls-server-end-point,, | TLSv1.3 | 235  |
        | p=tls-server-end-point,, | TLSv1.2 | 235  |

      Examples: types that it does not have there
        | header                   | tls     | code |
        | p=tls-unique,,           | TLSv1.3 | 535  |
        | p=tls-fancy,,            | TLSv1.3 | 535  |
        | n,,                      | TLSv1.3 | 535  |

    Example: The data of another channel
      When alice authenticates on the wire with SCRAM-SHA-256-PLUS and:
        | binding | p=tls-exporter,,0123456789abcdef0123456789abcdef |
      Then the exchange ends with 535

    @needs-scram-plus
    Example: A client that thinks that the server cannot bind was deceived
      When alice authenticates on the wire with SCRAM-SHA-256 and:
        | header | y,, |
      Then the exchange ends with 535

    Example: In clear there is nothing to bind, and y is honest
      Given the setting tls.requiredOnSubmission is false
      When alice authenticates on the wire with SCRAM-SHA-256 and:
        | tls    | none |
        | header | y,,  |
      Then the exchange ends with 235

  @rfc5802-5.1-15 @should
  Rule: By the salt nobody learns whether a user is known

    Example: Somebody who is not there
      Given the server is one of our own
      Then the user "nobody" is shown one salt, whenever asked, and "no-one" another
      And the user "alice" is shown one salt, whenever asked, and "carol" another

  @rfc7677-4-01 @must
  Rule: A TLS session is not resumed, so that what is bound is this connection

    @needs-scram-plus
    Example: A client that would like to
      Then a second handshake does not resume the session of the first

  @rfc5802-6-01 @rfc5802-6-07 @should
  Rule: -PLUS is offered where binding can succeed, beside the plain variant

    Example: Under TLS and in clear
      Then the relay listener offers "AUTH CRAM-MD5 SCRAM-SHA-256" in clear
      And the relay listener offers "AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-256-PLUS" under TLS

  @rfc5802-6-02 @must
  Rule: Where only -PLUS may succeed, only -PLUS is offered

    @needs-scram-plus
    Example: By settings
      Given the methods of authentication are SCRAM-SHA-256-PLUS
      Then the submission listener offers "AUTH SCRAM-SHA-256-PLUS" under TLS

  @rfc5802-3-01 @rfc5802-5-01 @rfc5802-5.1-03 @rfc5802-5.1-05 @rfc5802-5.1-17 @rfc5802-5.1-19 @rfc5802-7-01 @rfc5802-7-02 @must
  Rule: What is no client-first-message ends the exchange at once

    Example: Broken in every part
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                                  | answer   |
        | AUTH SCRAM-SHA-256 {base64 x,,n=alice,r=abc}             | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n=alice,r=abc}                | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,n=alice,r=abc}              | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,n=alice}                   | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,n=alice,r=}                | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,n=alice,r=a\\x01b}         | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,r=abc,n=alice}             | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,n=,r=abc}                  | 454\|501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,n=\\xc2\\xad,r=abc}        | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,n=a=b,r=abc}               | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,n=a=2c,r=abc}              | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,n=al\\xffice,r=abc}        | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,n=al\\x07ice,r=abc}        | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,m=x,n=alice,r=abc}         | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 n,,n=alice,r=abc,m=x}         | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 p=tls-exporter,,n=a,r=abc}    | 501\|535 |
        | AUTH SCRAM-SHA-256                                       | 334      |
        | *                                                        | 501      |

    @needs-scram-plus
    Example: To bind, and then not
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                                  | answer   |
        | AUTH SCRAM-SHA-256-PLUS {base64 n,,n=alice,r=abc}        | 501\|535 |

  @rfc5802-5.1-12 @rfc5802-5.1-15 @may
  Rule: An unknown user and a wrong password look alike

    Scenario Outline: <who>
      When alice authenticates on the wire with SCRAM-SHA-256 and:
        | user     | <user>     |
        | password | <password> |
      Then the first message of the server is r=[!-+--~]{30,},s=[A-Za-z0-9+\/]{16,}=*,i=[1-9]\d{3,}
      And the exchange ends with 535 5.7.8

      Examples: to the same end
        | who               | user   | password |
        | a wrong password  | alice  | guess    |
        | an unknown user   | nobody | guess    |
