@needs-outgoing
Feature: The report brings back what the sender needs to know the message by
  RET decides how much; whatever comes back must survive the way.

  Background:
    Given there.example has the mail exchanger mx1.there.example
    And mx1.there.example refuses permanently for RCPT bob@there.example

  @rfc3461-4.3-02 @rfc3461-4.3-03 @rfc6522-3-03 @rfc6522-4-01 @must
  Rule: After a failure RET decides between the whole message and its header; without RET a small message comes back whole

    Scenario Outline: RET=<ret>
      When alice sends a message to bob@there.example with:
        | ret | <ret> |
      Then the notification to alice returns <what>
      And the notification to alice has the parts:
        | type                    | encoding |
        | text/plain              | 7bit     |
        | message/delivery-status | 7bit     |
        | <type>                  | 7bit     |

      @needs-dsn
      Examples: whole or header
        | ret  | what              | type                |
        | FULL | the whole message | message/rfc822      |
        | HDRS | only the header   | text/rfc822-headers |

    Example: Nothing was said
      When alice sends a message to bob@there.example
      Then the notification to alice returns the whole message

  @rfc3461-4.3-04 @should @needs-dsn
  Rule: Where nothing failed only the header comes back, whatever RET says

    Example: Delivered
      When alice sends a message to carol@here.example with:
        | ret    | FULL    |
        | notify | SUCCESS |
      Then the notification to alice returns only the header

    @needs-clock
    Example: Delayed
      Given mx1.there.example refuses temporarily for RCPT dan@there.example
      And alice sends a message to dan@there.example with:
        | ret | FULL |
      When 5 hours pass
      Then the notification to alice returns only the header

  @rfc6522-4-02 @should
  Rule: The header comes back whole

    Example: Fields that nobody knows, one of them long
      When alice sends a message to bob@there.example and carol@here.example with:
        | ret     | HDRS     |
        | message | peculiar |
      Then the notification to alice returns every field of the header
      And the notification to alice returns only the header

  @rfc6522-3-04 @rfc6522-4-03 @rfc6533-4.5-01 @must
  Rule: What comes back travels in 7 bits, or is left out

    Example: An 8-bit message that says what it is made of
      When alice sends a message to bob@there.example with:
        | message | eight-bit |
        | ret     | FULL      |
      Then the notification to alice has the parts:
        | type                    | encoding |
        | text/plain              | 7bit     |
        | message/delivery-status | 7bit     |
        | message/rfc822          | 7bit     |
      And what the notification to alice returns contains "quoted-printable"
      And what the notification to alice returns contains "Gr=C3=BC=C3=9Fe"
      And what the notification to alice returns does not contain "8bit"

    Example: An 8-bit message with signs that quoted-printable means something by
      When alice sends to bob@there.example:
        """
        From: <alice@here.example>
        Subject: {token}
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 8bit

        1+1=2 gr\xc3\xbc\xc3\x9fe
        """
      Then what the notification to alice returns contains "1+1=3D2 gr=C3=BC=C3=9Fe"

    Example: An 8-bit message that says nothing
      When alice sends to bob@there.example:
        """
        From: <alice@here.example>
        Subject: {token} gr\xc3\xbc\xc3\x9fe

        gr\xc3\xbc\xc3\x9fe
        """
      Then the notification to alice has the parts:
        | type                    | encoding         |
        | text/plain              | 7bit             |
        | message/delivery-status | 7bit             |
        | text/rfc822-headers     | quoted-printable |
      And what the notification to alice returns contains "gr=C3=BC=C3=9Fe"

    Example: Lines that are too long to go by mail
      When alice sends to bob@there.example:
        """
        From: <alice@here.example>
        Subject: {token}

        {x × 1500}
        """
      Then the notification to alice has the parts:
        | type                    | encoding |
        | text/plain              | 7bit     |
        | message/delivery-status | 7bit     |
        | text/rfc822-headers     | 7bit     |
