Feature: Where servers differ: on the way
  What becomes of mail that was accepted, and of sessions that stand still. Each question is put, the answer
  recorded in fixed words, and judged only where a requirement or our own policy says what is owed.

  @must
  Rule: What the standards leave no choice in is as they say

    @difference-48
    Example: A recipient whose domain takes no mail
      Given there.example publishes a null MX
      When alice sends a message to bob@there.example
      Then it is recorded what became of the message

    @difference-56 @needs-kill
    Example: What was accepted survives a crash
      When mallory sends a message to alice@here.example
      And the server is killed and started again
      Then it is recorded what became of the message
      And alice finds the message in the mailbox

  @should
  Rule: What the standards recommend is as they say

    @difference-52 @needs-clock
    Example: A client that says nothing
      Given mallory has opened a session
      Then after 5 minutes the server says 421 and closes

  @may
  Rule: What is anybody's own choice is recorded

    @difference-47
    Example: A hundred hops and more
      When a stranger sends a message with 120 Received fields to alice@here.example
      Then it is recorded what became of the message

    @difference-49
    Example: Mail exchangers that are aliases
      Given there.example has the mail exchanger mx1.there.example
      And the zone:
        """
        far.example. MX 10 alias.far.example.
        alias.far.example. CNAME mx1.there.example.
        """
      When alice sends a message to bob@far.example
      Then it is recorded what became of the message

    @difference-50
    Example: A far host that says 421 in the middle
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example says 421 for MAIL once
      When alice sends a message to bob@there.example
      Then it is recorded what became of the message

    @difference-51
    Example: A far host whose replies are odd
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example sends "250\r\n" for MAIL
      And mx1.there.example sends "250-\r\n250 \r\n" for RCPT
      When alice sends a message to bob@there.example
      Then it is recorded what became of the message
