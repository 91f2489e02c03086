@needs-outgoing
Feature: What the far host can not do is never pretended
  Content and addresses go on as they came, with the extensions that the far host offers; where it lacks one
  that the message needs, the sender is told.

  @rfc6152-3-03 @rfc6152-3-04 @must
  Rule: Eight-bit content goes only where it is understood

    Example: The far host offers 8BITMIME
      Given there.example has the mail exchanger mx1.there.example
      When alice sends the message "eight-bit" to bob@there.example
      Then the content arrives unchanged at mx1.there.example

    Example: The far host does not
      Given there.example has the mail exchanger mx1.there.example that withholds 8BITMIME, BINARYMIME and SMTPUTF8
      When alice sends the message "eight-bit" to bob@there.example
      Then mx1.there.example hears no octet beyond ASCII
      And mx1.there.example receives it converted, or alice is notified that bob@there.example failed with 5.6.3

  @rfc5321-2.2.1-04 @rfc5321-3.2-02 @must
  Rule: A far host that knows only HELO is served

    Example: An old host hangs up on EHLO
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example answers "500 what?" to EHLO and closes
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it after HELO, or the queue still holds the message for bob@there.example

    Example: An old host
      Given there.example has the mail exchanger mx1.there.example that knows only HELO
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it after HELO
      And the content arrives unchanged at mx1.there.example

  @rfc5321-2.1-03 @must
  Rule: Without PIPELINING the client waits for each reply

    Example: A host without it
      Given there.example has the mail exchanger mx1.there.example that withholds PIPELINING and CHUNKING
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it by DATA
      And mx1.there.example finds nothing wrong with the client

  @rfc5321-4.5.2-01 @must
  Rule: Leading dots arrive

    Example: Over DATA
      Given there.example has the mail exchanger mx1.there.example that withholds CHUNKING
      When alice sends the message "leading-dots" to bob@there.example
      Then mx1.there.example receives it by DATA
      And the content arrives unchanged at mx1.there.example

    Example: A single one
      Given there.example has the mail exchanger mx1.there.example that withholds CHUNKING
      When alice sends the message "one-dot" to bob@there.example
      Then the content arrives unchanged at mx1.there.example

  @rfc5321-4.1.1.1-05 @rfc5321-2.3.5-04 @must
  Rule: The server introduces itself with its own name

    Example: Its host name
      Given there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it after EHLO
      And mx1.there.example is greeted by mail.here.example

  @mail-service-49
  Rule: A host whose limit the message exceeds is not sent it

    Example: The far host's SIZE is too small
      Given there.example has the mail exchanger mx1.there.example with a limit of 1000 octets
      When alice sends a message of 5000 octets to bob@there.example
      Then mx1.there.example hears no octet beyond ASCII
      And mx1.there.example receives it, or alice is notified once that bob@there.example failed
