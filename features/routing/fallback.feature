@needs-outgoing
Feature: When a mail exchanger fails, the next one is tried
  A domain lists several hosts so that the loss of one does not delay its mail.

  Background:
    Given there.example has the mail exchangers:
      | preference | host              |
      | 10         | mx1.there.example |
      | 20         | mx2.there.example |

  @rfc5321-5.1-16 @rfc1035-3.3.9-01 @must
  Rule: Hosts are tried from the most preferred to the least

    Example: The preferred host takes it
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it once
      And mx2.there.example is not contacted

    Example: Both are tried in their order
      Given mx1.there.example disconnects
      When alice sends a message to bob@there.example
      Then mx2.there.example receives it for bob@there.example
      And the hosts are tried in this order:
        | mx1.there.example |
        | mx2.there.example |

    Example: The name server tells the worse one first
      Given third.example has the mail exchangers:
        | preference | host              |
        | 20         | mx2.third.example |
        | 10         | mx1.third.example |
      When alice sends a message to dan@third.example
      Then mx1.third.example receives it once
      And mx2.third.example is not contacted

  @rfc5321-5.1-13 @must
  Rule: A host that cannot be used for now is passed over

    Example: The preferred host is unreachable
      Given mx1.there.example is unreachable
      When alice sends a message to bob@there.example
      Then mx2.there.example receives it for bob@there.example

    Scenario Outline: The preferred host <trouble>
      Given mx1.there.example <trouble>
      When alice sends a message to bob@there.example
      Then mx2.there.example receives it once
      And mx1.there.example receives nothing

      Examples: troubles of a session or a host
        | trouble                                  |
        | refuses temporarily for the connection   |
        | refuses permanently for the connection   |
        | disconnects for MAIL                     |
        | says 421 for MAIL                        |
        | says 421 for RCPT                        |
        | refuses temporarily for MAIL             |
        | refuses temporarily for RCPT             |
        | disconnects for DATA                     |
        | resets the connection for the content    |
        | refuses temporarily for the end of data  |
        | answers broken for MAIL                  |

    @needs-clock
    Example: The preferred host is silent
      Given mx1.there.example is silent for the connection
      And alice sends a message to bob@there.example
      When 6 minutes pass
      Then mx2.there.example receives it for bob@there.example

    @rfc5321-4.5.4.1-01
    Example: One refuses for now, the other for good
      Given mx1.there.example refuses temporarily for the connection
      And mx2.there.example refuses permanently for the connection
      When alice sends a message to bob@there.example
      Then the message for bob@there.example waits, or is returned once to alice

  @rfc5321-4.2.1-02 @must
  Rule: A permanent refusal of a recipient is final

    Example: The preferred host knows no such mailbox
      Given mx1.there.example refuses permanently for RCPT
      When alice sends a message to bob@there.example
      Then mx2.there.example receives nothing
      And alice is notified that bob@there.example failed

    Example: One recipient is refused, the other is served
      Given mx1.there.example refuses permanently for RCPT dan@there.example
      When alice sends a message to bob@there.example and dan@there.example
      Then mx1.there.example receives it for bob@there.example
      And alice is notified that dan@there.example failed
      And mx2.there.example receives nothing

  @rfc5321-4.2.5-07 @should
  Rule: A permanent refusal of the message is final

    Example: Refused at the end of data
      Given mx1.there.example refuses permanently for the end of data
      When alice sends a message to bob@there.example
      Then mx2.there.example receives nothing
      And alice is notified that bob@there.example failed
