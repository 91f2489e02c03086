@needs-own-address
Feature: A mail exchanger never sends to itself or to a worse one
  A server that finds itself among the mail exchangers of a domain must not pass the mail back and forth.

  @rfc5321-5.1-19 @rfc5321-5.1-20 @must
  Rule: Only exchangers better than ourselves are used

    Example: We are the second of three
      Given the server relays for there.example
      And the zone:
        """
        there.example. MX 20 mail.here.example.
        """
      And there.example has the mail exchangers:
        | preference | host              |
        | 10         | mx1.there.example |
        | 30         | mx3.there.example |
      When a stranger sends a message to bob@there.example
      Then mx1.there.example receives it for bob@there.example
      And mx3.there.example is not contacted

    Example: The better one is away: the message waits rather than going to a worse one
      Given the server relays for there.example
      And the zone:
        """
        there.example. MX 20 mail.here.example.
        """
      And there.example has the mail exchangers:
        | preference | host              |
        | 10         | mx1.there.example |
        | 30         | mx3.there.example |
      And mx1.there.example is unreachable
      When a stranger sends a message to bob@there.example
      Then mx3.there.example is not contacted
      And the queue still holds the message for bob@there.example

    Example: One as good as we are is not used
      Given the zone:
        """
        lost.example. MX 10 mail.here.example.
        """
      And lost.example has the mail exchangers:
        | preference | host             |
        | 10         | mx1.lost.example |
      When alice sends a message to bob@lost.example
      Then mx1.lost.example is not contacted
      And alice is notified that bob@lost.example failed

  @rfc5321-5.1-21 @must
  Rule: When only we ourselves remain the message is returned

    Example: A domain that names only us, which we do not know
      Given the zone:
        """
        lost.example. MX 10 mail.here.example.
        """
      When alice sends a message to bob@lost.example
      Then alice is notified that bob@lost.example failed

    Example: A domain whose mail exchanger is said to be this very machine
      Given the setting outgoing.refuseLoopback is true
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example
      Then mx1.there.example is not contacted
      And alice is notified that bob@there.example failed
