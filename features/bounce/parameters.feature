@needs-dsn
Feature: The parameters of notification are read strictly
  RET and ENVID of MAIL, NOTIFY and ORCPT of RCPT decide who is told of what; half-understood ones would deceive the sender.

  Background:
    Given a stranger has introduced itself in clear on the relay listener

  @rfc3461-2-01 @must
  Rule: DSN is offered without a parameter

    Example: EHLO
      Then the relay listener offers "DSN" in clear
      And the submission listener offers "DSN" under TLS

  @rfc3461-4.3-01 @rfc3461-4.4-01 @rfc3461-4.4-02 @rfc3461-5.1-03 @rfc3461-4.5-01 @rfc3461-4-01 @must
  Rule: RET and ENVID have one well-formed value each, in any case of letters

    Example: Good and bad values
      Then MAIL is answered for the parameters:
        | parameters              | answer |
        | RET=FULL                | 250    |
        | ret=Hdrs                | 250    |
        | ENVID=QQ314159          | 250    |
        | envid=a+2Bb+3Dc         | 250    |
        | ENVID=a+20b             | 250    |
        | ENVID={x × 100}         | 250    |
        | RET                     | 501\|555 |
        | RET=                    | 501    |
        | RET=HEADERS             | 501    |
        | RET=FULL RET=HDRS       | 501    |
        | ENVID                   | 501\|555 |
        | ENVID=                  | 501    |
        | ENVID=a=b               | 501\|555 |
        | ENVID=a+zz              | 501    |
        | ENVID=a+2b              | 501    |
        | ENVID=a+                | 501    |
        | ENVID=+00               | 501    |
        | ENVID=a+0Ab             | 501    |
        | ENVID=a+7F              | 501    |
        | ENVID=a ENVID=a         | 501    |

  @rfc3461-4.1-01 @rfc3461-4.1-02 @rfc3461-5.1-06 @rfc3461-4.5-02 @must
  Rule: NOTIFY is NEVER alone, or a list of SUCCESS, FAILURE and DELAY, in any case of letters

    Example: Good and bad values
      Then the server answers:
        | command                                            | answer |
        | MAIL FROM:<bob@there.example>                      | 250    |
        | RCPT TO:<alice@here.example> NOTIFY=NEVER          | 250    |
        | RCPT TO:<alice@here.example> notify=success,Failure | 250   |
        | RCPT TO:<alice@here.example> NOTIFY=DELAY          | 250    |
        | RCPT TO:<alice@here.example> NOTIFY=SUCCESS,FAILURE,DELAY | 250 |
        | RCPT TO:<alice@here.example> NOTIFY                | 501\|555 |
        | RCPT TO:<alice@here.example> NOTIFY=               | 501    |
        | RCPT TO:<alice@here.example> NOTIFY=SOMETIMES      | 501    |
        | RCPT TO:<alice@here.example> NOTIFY=NEVER,SUCCESS  | 501    |
        | RCPT TO:<alice@here.example> NOTIFY=FAILURE,NEVER  | 501    |
        | RCPT TO:<alice@here.example> NOTIFY=SUCCESS,       | 501    |
        | RCPT TO:<alice@here.example> NOTIFY=,SUCCESS       | 501    |
        | RCPT TO:<alice@here.example> NOTIFY=SUCCESS;DELAY  | 501    |
        | RCPT TO:<alice@here.example> NOTIFY=NEVER NOTIFY=NEVER | 501 |

  @rfc3461-4.2-01 @rfc3461-4.2-02 @rfc3461-4.2-03 @rfc3461-4.2-06 @rfc3461-4-01 @rfc3461-5.1-06 @must
  Rule: ORCPT is a type and an address in xtext, whose meaning is nobody's business here

    Example: Good and bad values
      Then the server answers:
        | command                                                     | answer |
        | MAIL FROM:<bob@there.example>                               | 250    |
        | RCPT TO:<alice@here.example> ORCPT=rfc822;alice@here.example | 250   |
        | RCPT TO:<alice@here.example> orcpt=RFC822;a+2Bb@x.example   | 250    |
        | RCPT TO:<alice@here.example> ORCPT=rfc822;not+20an+20address | 250   |
        | RCPT TO:<alice@here.example> ORCPT=x-elsewhere;@@@;!        | 250    |
        | RCPT TO:<alice@here.example> ORCPT=rfc822;{x × 493}         | 250    |
        | RCPT TO:<alice@here.example> ORCPT                          | 501\|555 |
        | RCPT TO:<alice@here.example> ORCPT=                         | 501    |
        | RCPT TO:<alice@here.example> ORCPT=alice@here.example       | 501    |
        | RCPT TO:<alice@here.example> ORCPT=;alice@here.example      | 501    |
        | RCPT TO:<alice@here.example> ORCPT=a(b);alice@here.example  | 501    |
        | RCPT TO:<alice@here.example> ORCPT=rfc822;a+b@x.example     | 501    |
        | RCPT TO:<alice@here.example> ORCPT=rfc822;a+2bb@x.example   | 501    |
        | RCPT TO:<alice@here.example> ORCPT=rfc822;a=b@x.example     | 501\|555 |
        | RCPT TO:<alice@here.example> ORCPT=rfc822;a+00b             | 501    |
        | RCPT TO:<alice@here.example> ORCPT=rfc822;a+0Db             | 501    |
        | RCPT TO:<alice@here.example> ORCPT=rfc822;a@b ORCPT=rfc822;a@b | 501 |

  @rfc6533-3-01 @rfc6533-3-02 @rfc6533-3-03 @rfc6533-3-09 @must @needs-smtputf8
  Rule: An ORCPT of type utf-8 is UTF-8 as it stands or with code points written out

    Example: Good and bad values
      Then the server answers:
        | command                                                        | answer |
        | MAIL FROM:<bob@there.example> SMTPUTF8                         | 250    |
        | RCPT TO:<alice@here.example> ORCPT=utf-8;用户@例.example         | 250    |
        | RCPT TO:<alice@here.example> ORCPT=utf-8;\\\\x{7528}@x.example | 250    |
        | RCPT TO:<alice@here.example> ORCPT=utf-8;a\\\\x{2B}b@x.example | 250    |
        | RCPT TO:<alice@here.example> ORCPT=rfc822;用户@例.example        | 501    |
        | RCPT TO:<alice@here.example> ORCPT=utf-8;\\\\x{D800}@x.example | 501    |
        | RCPT TO:<alice@here.example> ORCPT=utf-8;\\\\x{110000}@x       | 501    |
        | RCPT TO:<alice@here.example> ORCPT=utf-8;a\\\\b@x.example      | 501    |
        | RCPT TO:<alice@here.example> ORCPT=utf-8;a+b@x.example         | 501    |
        | RCPT TO:<alice@here.example> ORCPT=utf-8;a=b@x.example         | 501    |

  @rfc3461-5.1-01 @rfc3461-5.1-02 @rfc3461-5.1-04 @rfc3461-5.1-05 @must
  Rule: Valid parameters change nothing in the answer

    Example: Taken and refused alike with and without them
      Then the server answers:
        | command                                                                            | answer    |
        | MAIL FROM:<bob@there.example> RET=HDRS ENVID=+20                                   | 250 2.1.0 |
        | RCPT TO:<alice@here.example>                                                       | 250 2.1.5 |
        | RCPT TO:<alice@here.example> NOTIFY=NEVER                                          | 250 2.1.5 |
        | RCPT TO:<alice@here.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;elsewhere@x.example | 250 2.1.5 |
        | RCPT TO:<nobody@here.example>                                                      | 550 5.1.1 |
        | RCPT TO:<nobody@here.example> NOTIFY=SUCCESS ORCPT=rfc822;alice@here.example       | 550 5.1.1 |
        | RCPT TO:<dan@third.example>                                                        | 5yz 5.7.1 |
        | RCPT TO:<dan@third.example> NOTIFY=NEVER ORCPT=rfc822;alice@here.example           | 5yz 5.7.1 |
        | RSET                                                                               | 250       |
        | MAIL FROM:<bob@there.example>                                                      | 250 2.1.0 |

  @rfc3461-5.4-01 @rfc3461-5.4-02 @rfc3461-5.4-03 @must
  Rule: There is room for all parameters at their full length together

    @needs-smtputf8
    Example: The longest of each
      Then the server answers:
        | command                                                                                                                              | answer |
        | MAIL FROM:<{a × 64}@{b × 63}.{c × 63}.example> SIZE=1 BODY=8BITMIME SMTPUTF8 AUTH={a × 64}@{b × 63}.{c × 63}.example RET=FULL ENVID={x × 100} | 250 |
        | RCPT TO:<alice@here.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{x × 493}                                                     | 250    |
        | RCPT TO:<@{r × 63}.{s × 63}.{t × 63}.{u × 42}:alice@here.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{x × 493}                | 250    |

    Example: A line of 1036 octets
      Then a command line of 1036 octets is understood
