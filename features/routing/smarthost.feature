Feature: Everything goes through a smarthost
  An administrator behind a provider sends all outgoing mail through one host, which may ask who we are.

  @mail-service-23
  Rule: With a smarthost set, no other host is asked

    Example: Mail for two domains
      Given everything goes through the smarthost smart.provider.example
      When alice sends a message to bob@there.example and dan@third.example
      Then smart.provider.example receives it for bob@there.example and dan@third.example

    Example: Local mail stays here
      Given everything goes through the smarthost smart.provider.example
      When alice sends a message to carol@here.example
      Then carol finds the message in the mailbox
      And smart.provider.example is not contacted

    @rfc5321-4.1.3-01
    Example: An address without a domain goes there, too
      Given everything goes through the smarthost smart.provider.example
      When alice submits a message from "<alice@here.example>" to "<bob@[192.0.2.1]>"
      Then smart.provider.example sees exactly 1 connection

    Example: Mail for a domain that we are the backup of goes to its own exchangers
      Given everything goes through the smarthost smart.provider.example
      And the server relays for there.example
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it for bob@there.example
      And smart.provider.example is not contacted

  @mail-service-24
  Rule: The smarthost is told who we are, under TLS

    Example: A smarthost that asks for authentication
      Given everything goes through the smarthost smart.provider.example, which asks for authentication
      When alice sends a message to bob@there.example
      Then smart.provider.example receives it under TLS
      And smart.provider.example receives it authenticated

    Example: The smarthost is away for now
      Given everything goes through the smarthost smart.provider.example
      And smart.provider.example is unreachable
      When alice sends a message to bob@there.example
      Then the queue still holds the message for bob@there.example
