Feature: The users' doors are for users
  On the submission listeners mail is a submission: from somebody who authenticated, in the name of that somebody.

  @rfc6409-3.1-01 @rfc6409-7-01 @rfc6409-7-02 @rfc6409-7-03 @rfc6409-7-04 @rfc5068-3.1-01 @rfc5068-3.2-01 @rfc8314-4-01 @must
  Rule: Submission speaks ESMTP, with the extensions that it should have and without those that it must not have

    Scenario Outline: Over <role>
      Then the <role> listener offers "PIPELINING" under TLS
      And the <role> listener offers "ENHANCEDSTATUSCODES" under TLS
      And the <role> listener offers "DSN" under TLS
      And the <role> listener offers "8BITMIME" under TLS
      And the <role> listener offers no "ETRN" under TLS
      And the <role> listener offers no "ATRN" under TLS

      Examples: both doors
        | role        |
        | submission  |
        | submissions |

    Example: Queues are not turned here
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command           | answer |
        | ETRN here.example | 458\|459\|5yz |
        | ATRN here.example | 5yz    |

    Example: A host that takes no mail says so elsewhere
      Given the setting refusals.noMail is true
      Then this conversation holds:
        """
        S: 521
        """
      And this conversation holds on the submission listener:
        """
        S: 220|554
        """

  @rfc6409-4.3-01 @rfc4954-6-04 @must
  Rule: MAIL of nobody in particular is refused

    Scenario Outline: A stranger says MAIL at <role>
      Given a stranger has introduced itself under TLS on the <role> listener
      Then the server answers, each time after RSET:
        | command                        | answer    |
        | MAIL FROM:<alice@here.example> | 530 5.7.0 |
        | MAIL FROM:<>                   | 530 5.7.0 |

      Examples: both doors
        | role        |
        | submission  |
        | submissions |

  @mail-service-14 @should
  Rule: A host that is trusted needs no password at the users' doors either

    Scenario Outline: A trusted host says MAIL at <role>
      Given the server is one of our own
      And there.example has the mail exchanger mx1.there.example
      And a trusted host has introduced itself under TLS on the <role> listener
      Then the server answers:
        | command                        | answer |
        | MAIL FROM:<alice@here.example> | 250    |
        | RCPT TO:<bob@there.example>    | 250    |
        | RCPT TO:<carol@here.example>   | 250    |

      Examples: both doors
        | role        |
        | submission  |
        | submissions |

  @rfc4954-6-04 @should
  Rule: A recipient who needs authentication is answered 530

    Example: A stranger at submission writes to carol
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                        | answer    |
        | MAIL FROM:<alice@here.example> | 250\|530  |
        | RCPT TO:<carol@here.example>   | 530 5.7.0\|503 |

  @rfc5068-3.1-02 @rfc5068-3.2-03 @rfc5068-3.2-04 @rfc5068-3.2-05 @rfc8314-3.3-03 @rfc6409-6.4-01 @must
  Rule: Without authentication nothing is taken, not even for people here

    Scenario Outline: A stranger at <role>
      Given a stranger has introduced itself under TLS on the <role> listener
      Then the server answers:
        | command                           | answer    |
        | MAIL FROM:<alice@here.example>    | 250\|530  |
        | RCPT TO:<carol@here.example>      | 5yz       |
        | RCPT TO:<postmaster@here.example> | 5yz       |
        | DATA                              | 5yz       |
        | RSET                              | 250       |
        | NOOP                              | 250       |
        | EHLO client.example               | 250       |

      Examples: both doors
        | role        |
        | submission  |
        | submissions |

  @rfc6409-6.1-01 @rfc6409-3.2-01 @rfc6409-3.2-02 @rfc5068-3.1-03 @should
  Rule: The reverse-path is the user's own, or null

    Example: Alice as herself, as nobody, and as somebody else
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                            | answer                        |
        | AUTH PLAIN {base64 \\0alice\\0alice's password}    | 235                           |
        | MAIL FROM:<alice@here.example>                     | 250                           |
        | RCPT TO:<carol@here.example>                       | 250                           |
        | RSET                                               | 250                           |
        | MAIL FROM:<>                                       | 250                           |
        | RCPT TO:<carol@here.example>                       | 250                           |
        | RSET                                               | 250                           |
        | MAIL FROM:<carol@here.example>                     | 250\|550 5.7.1                |
        | RCPT TO:<carol@here.example>                       | 503\|550 5.7.1\|553 5.7.1     |
        | RSET                                               | 250                           |
        | MAIL FROM:<bob@there.example>                      | 250\|550 5.7.1                |
        | RCPT TO:<carol@here.example>                       | 503\|550 5.7.1\|553 5.7.1     |
        | RSET                                               | 250                           |
        | MAIL FROM:<alice@no.such.example>                  | 250\|550 5.7.1                |
        | RCPT TO:<carol@here.example>                       | 503\|550 5.7.1\|553 5.7.1     |

    Example: The addresses that lead to a user are the user's own
      Given the settings:
        | setting | value                                                                                                    |
        | users   | [{"name": "alice", "password": "alice's password", "addresses": ["a.archer", "alice@far.example"]}, {"name": "carol", "password": "carol's password"}] |
        | aliases | [{"address": "desk", "to": ["alice"]}, {"address": "sales", "to": ["carol"]}]                            |
      And a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                            | answer    |
        | AUTH PLAIN {base64 \\0alice\\0alice's password}    | 235       |
        | MAIL FROM:<ALICE@here.example>                     | 250       |
        | RCPT TO:<carol@here.example>                       | 250       |
        | RSET                                               | 250       |
        | MAIL FROM:<a.archer@here.example>                  | 250       |
        | RCPT TO:<carol@here.example>                       | 250       |
        | RSET                                               | 250       |
        | MAIL FROM:<alice@far.example>                      | 250       |
        | RCPT TO:<carol@here.example>                       | 250       |
        | RSET                                               | 250       |
        | MAIL FROM:<desk@here.example>                      | 250       |
        | RCPT TO:<carol@here.example>                       | 250       |
        | RSET                                               | 250       |
        | MAIL FROM:<sales@here.example>                     | 250\|550 5.7.1 |
        | RCPT TO:<carol@here.example>                       | 503\|550 5.7.1\|553 5.7.1 |
        | RSET                                               | 250       |
        | MAIL FROM:<a.archer@far.example>                   | 250\|550 5.7.1 |
        | RCPT TO:<carol@here.example>                       | 503\|550 5.7.1\|553 5.7.1 |

  @rfc6409-4.1-01 @rfc6409-4.2-01 @rfc6409-4.2-03 @rfc6409-5.1-01 @must
  Rule: What is improper in the envelope is refused, and never completed

    Example: Reverse-paths without a domain, and with one that is not whole
      Given the setting submission.senderMustBeOwn is false
      And a stranger has introduced itself under TLS on the submission listener
      Then the server answers, each time after RSET:
        | command                                            | answer  |
        | AUTH PLAIN {base64 \\0alice\\0alice's password}    | 235     |
        | MAIL FROM:<alice@host>                             | 554     |
        | MAIL FROM:<a..b@here.example>                      | 501     |
        | MAIL FROM:<alice>                                  | 501     |
        | MAIL FROM:<alice@here.example>                     | 250     |

    Example: Forward-paths without a domain, and with one that is not whole
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                            | answer  |
        | AUTH PLAIN {base64 \\0alice\\0alice's password}    | 235     |
        | MAIL FROM:<alice@here.example>                     | 250     |
        | RCPT TO:<bob@host>                                 | 554     |
        | RCPT TO:<bob>                                      | 501\|55z |
        | RCPT TO:<a..b@there.example>                       | 501     |
        | RCPT TO:<bob@squeaky.sales>                        | 250     |

    @rfc6409-8.8-01 @rfc6409-8.7-01
    Example: What is odd but proper goes on as it came
      Given there.example has the mail exchanger mx1.there.example
      And alias.example is another name of there.example
      And alice is an authenticated user
      When alice sends a message to "Weird+ lp!%"@there.example and bob@alias.example
      Then mx1.there.example receives it for "Weird+ lp!%"@there.example and bob@alias.example

  @rfc5068-3.2-02 @should
  Rule: Users can be let in at other ports, too

    Example: Two submission listeners
      Given the settings:
        | setting   | value                                                                                                  |
        | listeners | [{"role": "submission", "address": "127.0.0.1", "port": 0}, {"role": "submission", "address": "127.0.0.1", "port": 0}] |
      When the server starts
      Then the server answers on the submission listener

  @rfc5068-3.1-04 @should
  Rule: A message can be traced to the user who handed it in

    @needs-journal
    Example: By the identifier in the trace
      Given alice is an authenticated user
      When alice sends a message to carol@here.example
      Then the trace of carol's message tells:
        | with | ^ESMTPSA$ |
      And the journal tells that the message was handed in by alice

  @rfc6409-5.3-01 @should
  Rule: Every command is answered soon

    Example: A whole submission, within the patience of a client that waits five seconds
      Given alice is an authenticated user
      When alice sends a message to carol@here.example
      Then the message is accepted
