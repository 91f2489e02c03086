Feature: Nobody may hand in too much
  Limits keep one client from using up what all share. Trusted hosts are spared the limits of strangers.

  @mail-service-47
  Rule: A host that sends too many messages a minute is asked to come back later

    Example: The third message within a minute
      Given the setting limits.messagesPerMinute is 2
      When mallory sends 3 messages to alice@here.example
      Then the message is refused temporarily
      And alice finds 2 messages

    Example: A trusted host is spared
      Given the setting limits.messagesPerMinute is 2
      When alice sends 3 messages to carol@here.example
      Then the message is accepted
      And carol finds 3 messages

  @rfc5321-4.5.3.1.8-04 @must
  Rule: Recipients beyond the limit are refused, those before are served

    Example: The limit is a hundred
      Given the setting limits.recipients is 100
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message to 101 recipients at there.example
      Then 100 recipients are accepted and 1 is refused temporarily
      And mx1.there.example gets it for 100 recipients

  @mail-service-48
  Rule: Senders that the administrator refuses are refused

    Example: A refused domain
      Given the setting refusals.senders is ["elsewhere.example"]
      When mallory sends a message to alice@here.example
      Then the message is refused permanently
      And alice finds nothing

    Example: One refused address
      Given the setting refusals.senders is ["mallory@elsewhere.example"]
      When mallory sends a message to alice@here.example
      Then the message is refused permanently
      When mallory sends a message from <dan@elsewhere.example> to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox
