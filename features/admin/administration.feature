@needs-admin
Feature: The administrator looks after the server over HTTP
  What an administrator may see and change is offered on loopback, to who holds the token, and to nobody else.

  @mail-service-43
  Rule: Without the token nothing is told

    Example: No token
      When somebody asks for /api/settings without the token
      Then the answer is 401

    Example: A wrong token
      When somebody asks for /api/settings with the token "token"
      Then the answer is 401

    Scenario Outline: The token, shown as <authorization>
      When somebody asks for /api/settings with the authorization "<authorization>"
      Then the answer is <status>

      Examples: only a bearer of it
        | authorization   | status |
        | {token}         | 401    |
        | Basic {token}   | 401    |
        | Bearer {token}x | 401    |
        | Bearer {token}  | 200    |
        | bearer {token}  | 200    |

    Example: Health needs none
      When somebody asks for /health without the token
      Then the answer is 200

  @mail-service-44
  Rule: Settings are read and changed, and mistakes are all said at once

    Example: A change takes effect
      When the administrator patches the settings with:
        """
        { "incoming": { "domains": ["here.example", "second.example"] } }
        """
      And a stranger sends a message to alice@second.example
      Then the message is accepted
      And alice finds the message in the mailbox

    Example: Two mistakes
      When the administrator patches the settings with:
        """
        { "queue": { "lifetime": "soon" }, "limits": { "recipients": 3 } }
        """
      Then the answer is 422
      And it names queue.lifetime and limits.recipients

    Example: Secrets are not shown
      When the administrator asks for /api/settings
      Then the answer is 200
      And it does not contain "alice's password"
      And it does not contain "SCRAM-SHA-256$"

  @mail-service-45
  Rule: The queue and the mailboxes can be seen

    Example: A waiting message
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example is unreachable
      And alice sends a message to bob@there.example
      And the queue comes to rest
      When the administrator asks for /api/queue
      Then the answer is 200
      And it contains "bob@there.example"

    Example: A delivered message
      Given mallory sends a message to alice@here.example
      And the queue comes to rest
      When the administrator asks for /api/mailboxes
      Then it contains "alice"

  @mail-service-46
  Rule: Metrics and the description of the API are served

    Scenario Outline: <path>
      When the administrator asks for <path>
      Then the answer is 200
      And it contains "<something>"

      Examples: for machines
        | path                 | something          |
        | /metrics             | # TYPE             |
        | /api/openapi.json    | openapi            |
        | /api/settings/schema | properties         |
        | /api/journal         | server-started     |

  @mail-service-19
  Rule: The health answer tells of an open relay

    Example: Neither method nor trusted host
      Given authentication is off and trusted hosts are not set
      When somebody asks for /health without the token
      Then it contains "open relay"
