Feature: The administrator says how sure a rule is
  A rule that may be mistaken puts mail off and loses none; one that is being tried takes mail for now.

  @rfc2505-2.13-01 @must
  Rule: What a rule makes of a message can be set: success, for now, or for good

    Scenario Outline: Senders that are not wanted: <answers>
      Given the settings:
        | setting                  | value             |
        | refusals.senders         | ["spam.example"]  |
        | refusals.answers.senders | <answers>         |
      And a stranger has said:
        """
        EHLO client.example
        """
      Then the sender bob@spam.example is answered <code>

      Examples: three ways
        | answers | code |
        | refuse  | 5yz  |
        | defer   | 4yz  |
        | accept  | 250  |

    Scenario Outline: Whoever may not relay: <answers>
      Given the setting refusals.answers.relaying is <answers>
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<mallory@elsewhere.example>
        """
      Then the answer to "RCPT TO:<bob@there.example>" is <code>

      Examples: two ways; taking it is a matter of trust, not of answers
        | answers | code |
        | refuse  | 5yz  |
        | defer   | 4yz  |

    Scenario Outline: Hosts that are not wanted: <answers>
      Given the strangers' network is refused
      And the setting refusals.answers.hosts is <answers>
      Then a stranger is greeted with <code>, or its mail gets an answer of that kind

      Examples: three ways
        | answers | code |
        | refuse  | 554  |
        | defer   | 421  |
        | accept  | 220  |
