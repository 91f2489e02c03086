@needs-outgoing
Feature: A name server in trouble delays mail, and loses none
  DNS may fail, be slow or answer by halves. What it did not say is not taken for an answer.

  @rfc5321-5.1-07 @must
  Rule: A temporary error of DNS means trying later

    Example: The name server fails, later it answers
      Given there.example has the mail exchanger mx1.there.example
      And the names under there.example cannot be resolved for now
      When alice sends a message to bob@there.example
      Then the queue still holds the message for bob@there.example
      And no notification is sent

    Example: Only the mail exchangers cannot be told, the domain's own address can
      Given there.example is served by its own address
      And the mail exchangers of there.example cannot be told for now
      When alice sends a message to bob@there.example
      Then there.example is not contacted
      And the queue still holds the message for bob@there.example

    @rfc1123-6.1.3.2-02 @rfc1035-7.4-01
    Scenario Outline: The name server <trouble>
      Given there.example has the mail exchanger mx1.there.example
      And the name server <trouble> for <name>
      And a message from alice to bob@there.example is queued after 1 failed attempt
      And the names under <name> can be resolved again
      When the next attempt is due
      Then mx1.there.example receives it once
      And no notification is sent

      Examples: answers that tell nothing
        | trouble                        | name              |
        | truncates its answers for good | there.example     |
        | truncates its answers for good | mx1.there.example |
        | answers rubbish                | there.example     |
        | refuses                        | there.example     |
        | refuses                        | mx1.there.example |

    Example: The second mail exchanger's address is known, the first one's is not for now
      Given there.example has the mail exchangers:
        | preference | host              |
        | 10         | mx1.there.example |
        | 20         | mx2.there.example |
      And the names under mx1.there.example cannot be resolved for now
      And mx2.there.example refuses permanently for the connection
      When alice sends a message to bob@there.example
      Then the message for bob@there.example waits, or is returned once to alice

  @rfc1123-6.1.3.2-01 @rfc1035-4.2.1-01 @should
  Rule: An answer that does not fit into one datagram is asked for over TCP

    Example: Truncated answers
      Given there.example has the mail exchanger mx1.there.example
      And the name server truncates its answers for there.example
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it for bob@there.example
