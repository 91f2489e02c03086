Feature: Nobody may hand in too much
  Limits keep one client from using up what all share. Trusted hosts are spared the limits of strangers.

  @mail-service-47
  Rule: A host that sends too many messages a minute is asked to come back later

    Example: The third message within a minute
      Given the setting limits.messagesPerMinute is 2
      When mallory sends 3 messages to alice@here.example
      Then the message is refused temporarily
      And alice finds 2 messages

    @needs-clock
    Example: Three minutes later it is welcome again
      Given the setting limits.messagesPerMinute is 2
      And mallory sends 2 messages to alice@here.example
      When 3 minutes pass
      And mallory sends a message to alice@here.example
      Then the message is accepted
      And alice finds 3 messages

    @needs-clock
    Example: A new minute does not forget the one before at once
      Given the server is one of our own
      And the setting limits.messagesPerMinute is 2
      And mallory sends 2 messages to alice@here.example
      When 61 seconds pass
      And mallory sends a message to alice@here.example
      Then the message is refused temporarily

    @needs-limits-by-user
    Example: Users are counted one by one, wherever they sit
      Given the setting limits.messagesPerMinute is 1
      Then this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN {base64 \0alice\0alice's password}
        S: 235
        C: MAIL FROM:<alice@here.example>
        S: 250
        C: RSET
        S: 250
        C: MAIL FROM:<alice@here.example>
        S: 4yz
        C: QUIT
        S: 221
        """
      And this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN {base64 \0carol\0carol's password}
        S: 235
        C: MAIL FROM:<carol@here.example>
        S: 250
        C: QUIT
        S: 221
        """

    Example: The third recipient within a minute, and no more messages for it than before
      Given the setting limits.recipientsPerMinute is 2
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<mallory@elsewhere.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: RCPT TO:<carol@here.example>
        S: 250
        C: RCPT TO:<postmaster@here.example>
        S: 4yz
        C: QUIT
        S: 221
        """

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

    Example: Another domain that only ends like a refused one
      Given the setting refusals.senders is ["where.example"]
      When mallory sends a message to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox

    Example: Nor does it with an at sign before it
      Given the setting refusals.senders is ["@where.example"]
      When mallory sends a message to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox

    Example: One refused address
      Given the setting refusals.senders is ["MALLORY@elsewhere.example"]
      When mallory sends a message to alice@here.example
      Then the message is refused permanently
      When mallory sends a message from <dan@elsewhere.example> to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox
