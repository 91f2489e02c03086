Feature: Whoever writes to somebody who has moved learns of the new address, if the administrator wants it
  Mail may go on in silence, go on with word of it (251), or be left to the sender to send anew (551).

  @rfc5321-4.2.2-02 @must
  Rule: An answer that tells of a new address tells the address itself

    Example: Mail goes on, and the new address is told
      Given the setting aliases is [{"address": "dave", "to": ["dave@there.example"], "moved": "told"}]
      And there.example has the mail exchanger mx1.there.example
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<mallory@elsewhere.example>
        """
      Then "RCPT TO:<dave@here.example>" is answered 251 with the path <dave@there.example>

    Example: The new address is a user's, whom the settings name by the name alone
      Given the setting aliases is [{"address": "dave", "to": ["carol"], "moved": "told"}]
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<mallory@elsewhere.example>
        """
      Then "RCPT TO:<dave@here.example>" is answered 251 with the path <carol@here.example>

    @rfc3463-3.2-06
    Example: Mail does not go on
      Given the setting aliases is [{"address": "dave", "to": ["dave@there.example"], "moved": "refused"}]
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<mallory@elsewhere.example>
        """
      Then "RCPT TO:<dave@here.example>" is answered 551 5.1.6 with the path <dave@there.example>

    Example: Whoever was told has sent it all the same
      Given the setting aliases is [{"address": "dave", "to": ["dave@there.example"], "moved": "told"}]
      And there.example has the mail exchanger mx1.there.example
      When mallory sends a message to dave@here.example
      Then the message is accepted
      And mx1.there.example receives it for dave@there.example

  @rfc6531-3.7.4.1-01 @must @needs-smtputf8
  Rule: A new address beyond ASCII is told only to those who said SMTPUTF8

    Scenario Outline: <moved>, <parameter>
      Given the setting aliases is [{"address": "dave", "to": ["düve@there.example"], "moved": "<moved>"}]
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<mallory@elsewhere.example> <parameter>
        """
      Then the answer to "RCPT TO:<dave@here.example>" is <answer>

      Examples: who reads UTF-8, and who does not
        | moved   | parameter     | answer    |
        | told    | SMTPUTF8      | 251       |
        | told    | BODY=8BITMIME | 250       |
        | refused | SMTPUTF8      | 551 5.1.6 |
        | refused | BODY=8BITMIME | 550       |
