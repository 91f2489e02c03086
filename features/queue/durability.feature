Feature: What was accepted is not lost
  With its 250 the server takes over the responsibility. A restart or a crash may delay a message, never lose it.

  Background:
    Given there.example has the mail exchanger mx1.there.example
    And mx1.there.example is unreachable

  @rfc5321-6.1-01 @rfc5321-6.1-02 @must
  Rule: An accepted message survives

    Example: A restart
      Given alice sends a message to bob@there.example
      And the queue still holds the message for bob@there.example
      And mx1.there.example can be reached again
      When the server restarts
      And the operator runs the queue
      Then mx1.there.example receives it once
      And the content arrives unchanged at mx1.there.example

    @needs-clock
    Example: What has gone out does not go out again
      Given mx1.there.example can be reached again
      And mx1.there.example refuses temporarily for RCPT dan@there.example once
      And alice sends a message to bob@there.example and dan@there.example
      And the queue still holds the message for dan@there.example
      When the server restarts
      And 1 hour passes
      And the server restarts
      And 1 hour passes
      Then mx1.there.example gets it for 2 recipients

    @needs-clock
    Example: After a restart the schedule goes on by itself
      Given alice sends a message to bob@there.example
      And the queue still holds the message for bob@there.example
      And mx1.there.example can be reached again
      When the server restarts
      And 1 hour passes
      Then mx1.there.example receives it once

    @needs-dsn
    Example: A restart, and what its sender asked for
      Given alice sends a message to bob@there.example with:
        | ret    | HDRS             |
        | envid  | QQ314159         |
        | notify | SUCCESS,FAILURE  |
        | orcpt  | rfc822;b@x.example |
      And the queue still holds the message for bob@there.example
      And mx1.there.example can be reached again
      When the server restarts
      And the operator runs the queue
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value              |
        | MAIL    | RET       | HDRS               |
        | MAIL    | ENVID     | QQ314159           |
        | RCPT    | NOTIFY    | SUCCESS,FAILURE    |
        | RCPT    | ORCPT     | rfc822;b@x.example |

    @needs-kill
    Example: A crash right after the reply
      Given alice sends a message to bob@there.example
      When the server is killed and started again
      And mx1.there.example can be reached again
      And the operator runs the queue
      Then mx1.there.example receives it once

    @needs-kill
    Example: A crash with mail for local users on its way
      Given alice sends 20 messages to carol@here.example
      When the server is killed and started again
      And the queue comes to rest
      Then carol finds each of the 20 messages

  @rfc5321-4.1.1.10-05 @must
  Rule: A message that was not finished is not kept

    Example: The client disappears in the middle of the content
      When mallory disappears in the middle of the content for alice@here.example
      Then alice finds nothing
      And the queue is empty
