@needs-outgoing
Feature: Commands go in groups where that is allowed
  PIPELINING saves time, and each answer still belongs to its own command.

  Background:
    Given there.example has the mail exchanger mx1.there.example that offers only PIPELINING

  @rfc2920-3.1-05 @rfc2920-3.1-08 @must
  Rule: Every answer in a group counts, in order, whatever it says

    Example: The second of three recipients is refused
      Given mx1.there.example refuses permanently for RCPT dan@there.example
      When alice sends a message to bob@there.example, dan@there.example and eve@there.example
      Then mx1.there.example receives it for bob@there.example and eve@there.example
      And alice is notified once that dan@there.example failed
      And alice gets 1 notification

    @rfc2920-3.1-07
    Example: Answers of several lines, all worded alike
      Given mx1.there.example answers "250-this / 250-is / 250 it" to MAIL
      And mx1.there.example answers "250-this / 250 it" to RCPT bob@there.example
      And mx1.there.example answers "550-this / 550-is / 550 it" to RCPT dan@there.example
      When alice sends a message to bob@there.example, dan@there.example and eve@there.example
      Then mx1.there.example receives it for bob@there.example and eve@there.example
      And alice is notified once that dan@there.example failed

    Example: MAIL is refused for now, the rest of the group with it
      Given mx1.there.example refuses temporarily for MAIL once
      And a message from alice to bob@there.example is queued after 1 failed attempt
      When the next attempt is due
      Then mx1.there.example receives it once
      And no notification is sent

  @rfc2920-3.1-06 @must
  Rule: Where no recipient is left and 354 comes all the same, nothing but the dot is sent

    Example: A host that asks for content that nobody is to have
      Given mx1.there.example refuses permanently for RCPT
      And mx1.there.example answers "354 go on" to DATA
      When alice sends a message to bob@there.example and dan@there.example
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>
        RCPT TO:<…@there.example>
        RCPT TO:<…@there.example>
        …
        QUIT
        """
      And mx1.there.example hears no content
      And mx1.there.example finds nothing wrong with the client

  @rfc2920-3.1-03 @must
  Rule: EHLO, DATA and QUIT are waited for

    Scenario Outline: Nothing follows <moment> before its answer
      Given mx1.there.example holds its answer for <moment>
      And alice sends a message to bob@there.example and dan@there.example
      When mx1.there.example answers at last
      Then mx1.there.example receives it once
      And mx1.there.example finds nothing wrong with the client

      Examples: commands that change everything
        | moment          |
        | EHLO            |
        | DATA            |
        | QUIT            |
        # the end of data: content may be the first thing in a group (RFC 2920 §3.1)

  @rfc2920-3.1-09 @must
  Rule: A group never grows beyond what is sure to be buffered

    Example: A hundred recipients while no answer comes
      Given quite-a-long-name-of-a-department.and-of-division.there.example has the mail exchanger mx1.there.example
      And mx1.there.example holds its answer for MAIL
      When alice sends a message to 100 recipients with long names at quite-a-long-name-of-a-department.and-of-division.there.example
      Then mx1.there.example has been told at most 10000 octets
