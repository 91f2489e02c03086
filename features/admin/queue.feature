@needs-admin
Feature: The operator looks after the queue over HTTP
  Two messages wait. What is done to one of them is done to that one only, and can be seen at once.

  Background:
    Given there.example has the mail exchanger mx1.there.example
    And mx1.there.example is unreachable
    And a message from alice to bob@there.example is queued after 1 failed attempt
    And a message from alice to dan@there.example is queued after 1 failed attempt

  @mail-service-45
  Rule: What waits is shown as it is

    Example: One message
      When the administrator asks for /api/queue/{queued}
      Then the answer holds:
        | place                        | value              |
        | reversePath                  | alice@here.example |
        | kind                         | message            |
        | origin.protocol              | ESMTP              |
        | recipients[0].address        | bob@there.example  |
        | recipients[0].state          | queued             |
        | recipients[0].attempts       | 1                  |
        | recipients[0].trouble.status | 4.4.1              |
        | recipients[0].trouble.host   | mx1.there.example  |
        | recipients[1]                | (absent)           |
      When the administrator asks for /api/queue/{queued}/content
      Then it contains "Received: from "

    Example: The totals, a page, and the next one
      When the administrator asks for /api/queue
      Then the answer holds:
        | place           | value    |
        | totals.messages | 2        |
        | totals.queued   | 2        |
        | totals.held     | 0        |
        | totals.underWay | 0        |
        | next            | (absent) |
      When the administrator asks for /api/queue?limit=1
      Then it contains "bob@there.example"
      And it does not contain "dan@there.example"
      And it contains "next"
      When the administrator asks for /api/queue?after={queued}&limit=1
      Then the answer holds:
        | place                             | value             |
        | messages[0].recipients[0].address | dan@there.example |
        | next                              | (absent)          |
      When the administrator asks for /api/queue?recipient=dan@there.example
      Then the answer holds:
        | place                             | value             |
        | messages[0].recipients[0].address | dan@there.example |
        | messages[1]                       | (absent)          |

    Example: Messages that there are not
      Then the administrator is answered:
        | path                             | status |
        | /api/queue/nosuchmessage         | 404    |
        | /api/queue/nosuchmessage/content | 404    |

  @mail-service-26 @needs-queue-view
  Rule: What is held is not tried until it is released

    Example: One is held, the other goes
      When the administrator sends POST /api/queue/{queued}/hold
      Then the answer holds:
        | place      | value |
        | recipients | 1     |
      When the administrator asks for /api/queue?state=held
      Then the answer holds:
        | place                             | value             |
        | messages[0].recipients[0].address | bob@there.example |
        | messages[1]                       | (absent)          |
        | totals.held                       | 1                 |
        | totals.queued                     | 1                 |

    @needs-clock
    Example: Held over a restart
      Given the administrator sends POST /api/queue/{queued}/hold
      And the server restarts
      And mx1.there.example can be reached again
      When 1 day passes
      Then mx1.there.example receives it for dan@there.example
      And the queue still holds the message for bob@there.example

    Example: By its recipient, and released by its name
      Given the administrator sends POST /api/queue/hold with:
        """
        { "recipient": "bob@there.example" }
        """
      When the administrator asks for /api/queue
      Then the answer holds:
        | place       | value |
        | totals.held | 1     |
      When the administrator sends POST /api/queue/{queued}/release
      And the queue comes to rest
      And the administrator asks for /api/queue
      Then the answer holds:
        | place         | value |
        | totals.held   | 0     |
        | totals.queued | 2     |

    @needs-clock
    Example: What is released does not wait for the time that it had
      Given the administrator sends POST /api/queue/{queued}/hold
      And mx1.there.example can be reached again
      And 1 minute passes
      When the administrator sends POST /api/queue/{queued}/release
      Then mx1.there.example receives 1 message
      And the queue no longer holds the message for bob@there.example

    Example: Nothing is selected
      When the administrator sends POST /api/queue/hold with:
        """
        {}
        """
      Then the answer is 422
      When the administrator asks for /api/queue
      Then the answer holds:
        | place       | value |
        | totals.held | 0     |

  @mail-service-27 @needs-queue-view
  Rule: What is removed is gone, and nobody is told

    Example: One of the two
      When the administrator sends POST /api/queue/{queued}/remove
      Then the queue no longer holds the message for bob@there.example
      And the queue still holds the message for dan@there.example
      And no notification is sent

    Example: Everything
      When the administrator sends POST /api/queue/remove with:
        """
        { "all": true }
        """
      Then the answer holds:
        | place      | value |
        | recipients | 2     |
      And the queue is empty

  @mail-service-28
  Rule: Running the queue makes everything due now, or the one that is meant

    Example: One of the two
      Given mx1.there.example can be reached again
      When the administrator sends POST /api/queue/{queued}/flush
      Then mx1.there.example receives 1 message
      And the queue no longer holds the message for bob@there.example
      And the queue still holds the message for dan@there.example

    Example: What is held is not run, and not counted
      Given the administrator sends POST /api/queue/{queued}/hold
      When the administrator sends POST /api/queue/flush with:
        """
        { "all": true }
        """
      Then the answer holds:
        | place      | value |
        | recipients | 1     |

    Example: All of them
      Given mx1.there.example can be reached again
      When the administrator sends POST /api/queue/flush with:
        """
        { "all": true }
        """
      Then mx1.there.example receives 2 messages
      And the queue is empty
