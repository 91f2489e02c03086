Feature: Each mechanism believes the right proof and no other
  PLAIN and LOGIN carry the password, CRAM-MD5 a digest of it. What is not exactly a proof is refused, and nobody learns why.

  Background:
    Given the setting authentication.failuresPerSession is 30
    And the settings:
      | setting                         | value                                                                                                                                      |
      | authentication.failuresPerHost  | 0                                                                                                                                          |
      | users                           | [{"name": "alice", "password": "alice's password"}, {"name": "carol", "password": "carol's password"}, {"name": "a b", "password": "two words"}, {"name": "\u00fcn\u00ef", "password": "p\u00e4ss"}, {"name": "longpass", "password": "0123456789012345678901234567890123456789012345678901234567890123456789"}] |
    And a stranger has introduced itself under TLS on the submission listener

  @rfc4954-4-31 @rfc4616-2-06 @rfc4616-2-05 @rfc4954-4-20 @must
  Rule: PLAIN believes a user's own name and password, with or without the identity to act as

    Scenario Outline: <who>
      Then the server answers:
        | command                   | answer    |
        | AUTH PLAIN                | 334       |
        | {base64 <response>}       | 235 2.7.0 |

      Examples: good proofs
        | who                            | response                                        |
        | without an identity            | \\0alice\\0alice's password                     |
        | with the user's own            | alice\\0alice\\0alice's password                |
        | a name prepared by SASLprep    | \\0al\\xc2\\xadice\\0alice's pass\\xc2\\xadword |
        | letters composed otherwise     | \\0u\\xcc\\x88n\\xc3\\xaf\\0p\\xc3\\xa4ss       |
        | a name with a blank            | \\0a b\\0two words                              |

  @rfc4616-2-01 @rfc4616-2-03 @rfc4616-2-04 @rfc4616-2-05 @rfc4616-2-08 @rfc4954-4-21 @must
  Rule: PLAIN believes nothing else

    Example: Wrong in every part
      Then the server answers:
        | command                                                     | answer    |
        | AUTH PLAIN {base64 alice}                                   | 501\|535  |
        | AUTH PLAIN {base64 alice\\0alice's password}                | 501\|535  |
        | AUTH PLAIN {base64 \\0alice\\0alice's password\\0}          | 501\|535  |
        | AUTH PLAIN {base64 \\0\\0}                                  | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0alice\\0}                             | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0\\0alice's password}                  | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0\\xc2\\xad\\0\\xc2\\xad}              | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0alice\\0\\xc2\\xad}                   | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0al\\xffice\\0alice's password}        | 501\|535  |
        | AUTH PLAIN {base64 \\0al\\x07ice\\0alice's password}        | 501\|535  |
        | AUTH PLAIN {base64 carol\\0alice\\0alice's password}        | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0alice\\0carol's password}             | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0alice\\0Alice's password}             | 535 5.7.8 |
        | AUTH PLAIN {base64 \\0nobody\\0alice's password}            | 535 5.7.8 |
        | MAIL FROM:<alice@here.example>                              | 530       |

  @rfc4616-2-02 @must
  Rule: Names and passwords of 255 octets are understood

    Example: None of them right
      Then the server answers:
        | command                                                      | answer    |
        | AUTH PLAIN                                                   | 334       |
        | {base64 {a × 255}\\0{a × 255}\\0{p × 255}}                   | 535 5.7.8 |

  @mail-service-34
  Rule: LOGIN asks for the name and for the password

    Scenario Outline: <how>
      Then the server answers:
        | command                    | answer    |
        | <first>                    | 334       |
        | <second>                   | <answer>  |
        | {base64 alice's password}  | <last>    |

      Examples: as clients send it
        | how                               | first                     | second           | answer | last      |
        | the name as answer                | AUTH LOGIN                | {base64 alice}   | 334    | 235 2.7.0 |
        | the name of nobody                | AUTH LOGIN                | {base64 nobody}  | 334    | 535 5.7.8 |
        | the name of somebody else         | AUTH LOGIN                | {base64 carol}   | 334    | 535 5.7.8 |
      # the name as initial response is in auth-command.feature

  @rfc2195-2-01 @rfc2195-2-02 @must
  Rule: A challenge of CRAM-MD5 is a message identifier that nobody can foresee

    Example: Fifty of them
      Then no two of 50 challenges are alike, and all have the form <[!-;=?-~]+\.[0-9]+@mail\.here\.example>

  @rfc2195-2-03 @rfc2195-2-04 @rfc2195-2-05 @rfc2195-4-02 @must
  Rule: CRAM-MD5 believes the keyed digest of this challenge

    Scenario Outline: <what>, by <user>
      When the user "<user>" with the password "<password>" answers the challenge with <what>
      Then the exchange ends with <code>

      Examples: right
        | user     | password                                                               | what             | code      |
        | alice    | alice's password                                                       | the right digest | 235 2.7.0 |
        | a b      | two words                                                              | the right digest | 235 2.7.0 |
        | longpass | 0123456789012345678901234567890123456789012345678901234567890123456789 | the right digest | 235 2.7.0 |

      Examples: wrong
        | user   | password         | what                                | code      |
        | alice  | alice's password | a wrong digest                      | 535 5.7.8 |
        | alice  | alice's password | the digest of an earlier challenge  | 535 5.7.8 |
        | nobody | alice's password | the right digest                    | 535 5.7.8 |

    @rfc4954-6-03
    Example: A user whose password is kept in no form that this mechanism can use
      Given the setting users is [{"name": "dora", "verifier": "SCRAM-SHA-256$10000:MDEyMzQ1Njc4OWFiY2RlZg==$4M7R2gx7MrqlPEDLKSsfEwCUhkOs3HzH5g+pDxYgeyQ=:SwuJz6NOq1QhF4r8ZHyvL0dqOHmxQdzjQIRqTo8FhlY="}]
      And a stranger has introduced itself under TLS on the submission listener
      When the user "dora" with the password "pw" answers the challenge with the right digest
      Then the exchange ends with 535 5.7.8

    Example: What is no name and digest
      Then the server answers:
        | command                | answer |
        | AUTH CRAM-MD5          | 334    |
        | {base64 alice}         | 5yz    |
        | AUTH CRAM-MD5          | 334    |
        | *                      | 501    |
