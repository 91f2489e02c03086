@needs-outgoing
Feature: The server is a well-mannered client
  Whoever receives our mail sees a session as the standard draws it: introduced, in order, one thing after the
  other, and ended with a goodbye.

  @rfc5321-2.2.1-02 @rfc5321-3.2-03 @rfc5321-3.3-10 @rfc5321-3.3-19 @rfc5321-4.1.1-03 @rfc5321-4.1.1.1-07 @must
  Rule: A session is EHLO, MAIL, RCPT, the content and QUIT, and nothing else

    @rfc5321-3.5.4-01 @rfc5321-F.6-01
    Example: A host without extensions
      Given there.example has the mail exchanger mx1.there.example that offers only nothing
      When alice sends a message to bob@there.example and dan@there.example
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>
        RCPT TO:<…@there.example>
        RCPT TO:<…@there.example>
        DATA
        …
        .
        QUIT
        """
      And mx1.there.example gets it for 2 recipients
      And mx1.there.example finds nothing wrong with the client

  @rfc5321-4.3.1-01 @rfc5321-4.3.1-02 @must
  Rule: The client waits for the greeting, and for each reply

    Scenario Outline: The answer to <moment> lets itself be waited for
      Given there.example has the mail exchanger mx1.there.example that offers only nothing
      And mx1.there.example holds its answer for <moment>
      And alice sends a message to bob@there.example
      When mx1.there.example answers at last
      Then mx1.there.example receives it once
      And mx1.there.example finds nothing wrong with the client

      Examples: the greeting, commands, the end of data
        | moment          |
        | the connection  |
        | EHLO            |
        | MAIL            |
        | RCPT            |
        | DATA            |
        | the end of data |

  @rfc5321-4.1.1.10-03 @rfc5321-4.1.4-14 @must
  Rule: The last command is QUIT, whatever went before

    @rfc5321-4.1.4-15
    Scenario Outline: <reply> to <moment>
      Given there.example has the mail exchanger mx1.there.example that offers only nothing
      And mx1.there.example answers "<reply>" to <moment>
      When alice sends a message to bob@there.example
      Then the client says to mx1.there.example:
        """
        …
        QUIT
        """
      And mx1.there.example finds nothing wrong with the client
      And mx1.there.example receives nothing

      Examples: at the greeting, at a command, at the end
        | moment          | reply               |
        | the connection  | 554 no mail here    |
        | the connection  | 450 not now         |
        | MAIL            | 550 not from there  |
        | RCPT            | 452 no room         |
        | RCPT            | 550 no such mailbox |
        | DATA            | 554 no              |
        | the end of data | 554 not this        |

    @rfc5321-4.1.1.10-04 @should @needs-clock
    Example: The reply to QUIT is waited for
      Given there.example has the mail exchanger mx1.there.example
      And mx1.there.example holds its answer for QUIT
      And alice sends a message to bob@there.example
      When 20 seconds pass
      And mx1.there.example answers at last
      Then mx1.there.example receives it once
      And mx1.there.example is left only after its goodbye

  @rfc5321-4.1.4-11 @must
  Rule: No transaction is begun while another one is open

    Example: Three messages for a host that takes no recipient
      Given there.example has the mail exchanger mx1.there.example that offers only nothing
      And mx1.there.example is unreachable
      And alice sends 3 messages to bob@there.example
      And mx1.there.example can be reached again
      And mx1.there.example refuses temporarily for RCPT
      When the operator runs the queue
      Then mx1.there.example finds nothing wrong with the client

  @rfc5321-2.3.4-01 @rfc5321-2.3.5-01 @rfc5321-4.1.1.1-01 @should
  Rule: The client names itself by its host name, or by its address where it has none

    @rfc6531-3.7.1-01 @must
    Example: An internationalised host name goes as A-labels
      Given the setting hostName is pöst.here.example
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example
      Then mx1.there.example is greeted by xn--pst-sna.here.example

    @rfc5321-2.3.5-02 @rfc5321-4.1.1.1-02 @must
    Scenario Outline: The host name is <name>
      Given the setting hostName is <name>
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example
      Then the client says to mx1.there.example:
        """
        EHLO [127.…]
        …
        """
      And mx1.there.example finds nothing wrong with the client

      Examples: names that mean nothing elsewhere
        | name                  |
        | localhost.localdomain |
        | mailserver            |
