Feature: Mail that goes in circles is stopped
  Two servers that forward to each other would pass a message for ever; the trace fields show it.

  @rfc5321-6.3-02 @must
  Rule: A message with too many trace fields is refused

    Example: 101 Received fields
      When a stranger sends a message with 101 Received fields to alice@here.example
      Then the message is refused or returned
      And alice finds nothing

  @rfc5321-6.3-01 @should
  Rule: The limit is large

    Example: 99 Received fields
      When a stranger sends a message with 99 Received fields to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox
