@sanity
Feature: The server under test is there, and does what mail servers are for
  Run before everything else and again after it. A server that does not come through this is not there to be judged, and
  nothing else that was seen of it counts.

  Rule: It answers, takes mail for its users and sends theirs to others

    Example: It greets and says goodbye
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: QUIT
        S: 221
        S!
        """

    Example: Mail for a local user arrives
      When a stranger sends a message to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox

    Example: Mail of a local user leaves
      Given there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example
      Then the message is accepted
      And mx1.there.example receives it for bob@there.example
