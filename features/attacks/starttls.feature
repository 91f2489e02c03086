Feature: Nobody in the path gains anything by STARTTLS
  Between "I want to be private" and being private the path belongs to anybody. What is said there must be worth nothing, and
  whoever keeps privacy away must learn no password.

  @mail-service-61 @rfc3207-4.2-02 @must
  Rule: A message injected in clear is never taken for the client's own

    @needs-tls
    Scenario Outline: Behind STARTTLS, <how>
      When mallory injects a message for carol@here.example behind STARTTLS, <how>
      Then nothing that was injected is answered under TLS
      And carol finds nothing

      Examples: where the segments end
        | how                         |
        | in one segment              |
        | cut within the first word   |
        | cut within the line end     |
        | cut within the next command |

  @mail-service-62 @must
  Rule: Replies injected in clear are never taken for those of the far host

    Scenario Outline: Behind its 220, <what>
      Given there.example has the mail exchanger mx1.there.example with a good certificate
      And mx1.there.example sends "220 2.0.0 go\\r\\n<injected>" for STARTTLS once
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it once, at this attempt or the next
      And mx1.there.example finds nothing wrong with the client

      Examples: what somebody in the path would like the server to believe
        | what                          | injected                                             |
        | a size that refuses all mail  | 250-mx1.there.example\\r\\n250 SIZE 10\\r\\n         |
        | a refusal of everything       | 554 5.7.1 no\\r\\n554 5.7.1 no\\r\\n554 5.7.1 no\\r\\n |
        | the acceptance of the message | 250 ok\\r\\n250 ok\\r\\n250 ok\\r\\n354 go\\r\\n250 ok\\r\\n |

  @mail-service-63 @must
  Rule: Whoever takes STARTTLS away learns no password

    Example: Of a user, who is not even asked
      When alice's client speaks to the submission listener through somebody who takes STARTTLS away
      Then the server does not offer STARTTLS
      And the server offers no AUTH that would show a password
      And the server answers:
        | command                                         | answer   |
        | STARTTLS                                        | 500\|502 |
        | AUTH PLAIN {base64 \\0alice\\0alice's password} | 500\|503\|504\|530\|538 |
        | AUTH LOGIN                                      | 500\|503\|504\|530\|538 |
        | MAIL FROM:<alice@here.example>                  | 530      |

    Example: Of the server itself, at its smarthost
      Given everything goes through the smarthost smart.there.example, which asks for authentication
      And somebody between the server and smart.there.example takes STARTTLS away
      When alice sends a message to bob@there.example
      Then smart.there.example has heard neither credentials nor content
      And the queue still holds the message for bob@there.example
