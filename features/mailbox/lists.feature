Feature: Mailing lists
  A list's messages go out in the name of its administrator, who hears of the failures; the author does not.

  Background:
    Given there.example has the mail exchanger mx1.there.example
    And the setting lists is [{"address": "friends", "owner": "carol@here.example", "members": ["bob@there.example", "alice@here.example"]}]

  @rfc5321-3.9-02 @must
  Rule: The reverse-path becomes the list administrator's address

    Example: A message to the list
      When mallory sends a message to friends@here.example
      Then mx1.there.example receives it for bob@there.example
      And mx1.there.example receives it from <carol@here.example>
      And alice finds the message in the mailbox

  @rfc5321-3.9.2-01 @must
  Rule: Failures go to the list administrator

    Example: A member does not exist any more
      Given mx1.there.example refuses permanently for RCPT
      When mallory sends a message to friends@here.example
      Then carol is notified that bob@there.example failed
