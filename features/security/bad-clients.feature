Feature: Bad clients do no harm
  Clients that talk too early, too slowly or in rubbish end where they began, and nobody else notices.

  @mail-service-39
  Rule: Who talks before the greeting is refused

    Example: An early talker
      Given the setting limits.greetingDelay is 50ms
      When mallory says "EHLO client.example" before the greeting
      Then mallory hears 554 or 421

  @mail-service-40
  Rule: What strangers say never reaches the journal as it came

    Example: Control characters in a command
      When mallory sends the bytes "EHLO \x1b[31mred\x07.example\r\nFROB \x00\xff\r\nQUIT\r\n"
      Then the journal holds nothing but printable characters

    Example: Letters that turn the line round
      When mallory sends the bytes "EHLO client.example\r\nMAIL FROM:<\xe2\x80\xaebob@there.example> SMTPUTF8\r\nFROB\r\nQUIT\r\n"
      Then the journal holds nothing but printable characters

  @mail-service-41
  Rule: Slow trickles end

    @needs-clock
    Example: Content that comes too slowly
      When mallory sends the content for alice@here.example octet by octet, one every 30 seconds, for 20 minutes
      Then the server has closed the session of mallory
      And alice finds nothing

  @mail-service-42
  Rule: After rubbish on every listener the server serves the next client

    Example: Random octets
      When mallory sends rubbish to every listener
      And a stranger sends a message to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox
