Feature: Domains that take no mail are found out at the door, where the administrator wants that
  What could only come back is refused while its sender is still there; what the DNS cannot tell now is not held against anybody.

  @rfc2505-2.9-01 @rfc2505-2.9-02 @rfc2505-2.13-02 @rfc2505-4-01 @rfc3463-3.2-08 @must
  Rule: The domain of a reverse-path is looked for, and a name server that cannot tell puts the message off

    Scenario Outline: <what>
      Given the setting refusals.senderDomains is <setting>
      And the zone:
        """
        mail.there.example. A 127.0.0.1
        there.example. MX 10 mail.there.example.
        alone.example. A 127.0.0.1
        null.example. MX 0 .
        """
      And gone.example does not exist
      And silent.example has neither mail exchanger nor address
      And the names under broken.example cannot be resolved for now
      And a stranger has said:
        """
        EHLO client.example
        """
      Then the answer to "MAIL FROM:<<path>>" is <answer>

      Examples: the domain is there, or ours, or there is none
        | what                              | setting | path               | answer |
        | a mail exchanger                  | refuse  | bob@there.example  | 250    |
        | an address alone                  | refuse  | bob@alone.example  | 250    |
        | one of ours                       | refuse  | bob@here.example   | 250    |
        | the null reverse-path             | refuse  |                    | 250    |

      Examples: it is not there, or not now
        | what                              | setting | path               | answer    |
        | no such name, as it is set        | refuse  | bob@gone.example   | 550 5.1.8 |
        | neither exchanger nor address     | refuse  | bob@silent.example | 550 5.1.8 |
        | SERVFAIL                          | refuse  | bob@broken.example | 451 4.1.8 |
        | SERVFAIL, with mildness           | defer   | bob@broken.example | 451 4.1.8 |

    @rfc2505-2.9-03 @should
    Example: A name that does not exist may exist tomorrow
      Given the setting refusals.senderDomains is defer
      And gone.example does not exist
      And a stranger has said:
        """
        EHLO client.example
        """
      Then the answer to "MAIL FROM:<bob@gone.example>" is 4yz

  @rfc7505-4.1-03 @should
  Rule: Nobody sends in the name of a domain that takes no mail, and the refusal says why

    Example: A null MX
      Given the setting refusals.senderDomains is refuse
      And elsewhere.example publishes a null MX
      And a stranger has said:
        """
        EHLO client.example
        """
      Then the answer to "MAIL FROM:<mallory@elsewhere.example>" is 550 5.7.27

  @rfc7505-4.1-02 @rfc7504-4-01 @should
  Rule: Mail for a domain that takes none is refused to its sender's face

    Example: A null MX, though the domain has an address
      Given the setting refusals.recipientDomains is check
      And there.example publishes a null MX
      And there.example is served by its own address
      When alice sends a message to bob@there.example
      Then the message is refused with 556 5.1.10
      And there.example is not contacted

    Example: A domain that does not exist
      Given the setting refusals.recipientDomains is check
      And gone.example does not exist
      When alice sends a message to bob@gone.example
      Then the message is refused with 550 5.1.2

    Scenario Outline: <what>
      Given the setting refusals.recipientDomains is check
      And the names under broken.example cannot be resolved for now
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message to <recipient>
      Then the message is accepted

      Examples: no reason to refuse
        | what                                  | recipient          |
        | the name server cannot tell for now   | bob@broken.example |
        | the domain takes mail                 | bob@there.example  |
        | the domain is one of ours             | carol@here.example |
