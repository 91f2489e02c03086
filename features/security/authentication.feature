Feature: Users show who they are
  Each method of authentication works as its standard says, and nothing is learnt or gained by trying.

  @mail-service-35
  Rule: Failed attempts are limited

    Example: The second wrong password ends the session, where the administrator says so
      Given the setting authentication.failuresPerSession is 2
      And the setting authentication.clearText is true
      And the setting tls.requiredOnSubmission is false
      Then a stranger who says "AUTH PLAIN AGFsaWNlAHdyb25n" again and again on the submission listener is shown out after 2 times

    Example: Each wrong password of a session waits twice as long for its answer
      Given the server is one of our own
      And the settings:
        | setting                          | value   |
        | authentication.failureDelay      | "100ms" |
        | authentication.clearText         | true    |
        | tls.requiredOnSubmission         | false   |
      Then wrong passwords of one session on the submission listener are answered after no less than 100, 200 and 400 milliseconds

  @mail-service-13
  Rule: The name of a user is the user's in any case

    Example: In capitals
      Given the server is one of our own
      And a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                         | answer |
        | AUTH PLAIN {base64 \\0ALICE\\0ALICE's password} | 535    |
        | AUTH PLAIN {base64 \\0Alice\\0alice's password} | 235    |
        | MAIL FROM:<alice@here.example>                  | 250    |

  @mail-service-36
  Rule: A user sends only from an address of their own

    Example: Alice in the name of carol
      Given alice is an authenticated user
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message from <carol@here.example> to bob@there.example
      Then the message is refused permanently
      And mx1.there.example is not contacted
