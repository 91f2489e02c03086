Feature: Paths go on as they came, and routes are forgotten
  The part before the @ means something only at its own domain; source routes are a thing of the past.

  Background:
    Given there.example has the mail exchanger mx1.there.example that offers only nothing

  @rfc5321-3.6.1-02 @rfc5321-3.6.1-03 @rfc5321-4.1.1.3-05 @rfc5321-AppC-01 @rfc5321-AppC-03 @rfc5321-F.2-03 @must
  Rule: A source route is left out, and mail goes straight to the last domain

    @rfc5321-3.6.2-01
    Scenario Outline: <from> to <to>
      When alice submits a message from '<from>' to '<to>'
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>
        RCPT TO:<bob@there.example>
        DATA
        …
        QUIT
        """
      And the name server is not asked for hop.example
      And the name server is not asked for second.example

      Examples: over other hosts, over us, over none
        | from                                            | to                                              |
        | <alice@here.example>                            | <@hop.example:bob@there.example>                |
        | <alice@here.example>                            | <@hop.example,@second.example:bob@there.example> |
        | <alice@here.example>                            | <@mail.here.example,@hop.example:bob@there.example> |
        | <@hop.example,@second.example:alice@here.example> | <bob@there.example>                           |

  @rfc5321-F.2-02 @must
  Rule: Whoever follows a route begins with its first host; nobody begins in its middle

    Example: Two hosts on the way, both there
      Given hop.example is served by its own address
      And second.example is served by its own address
      When alice submits a message from "<alice@here.example>" to "<@hop.example,@second.example:bob@there.example>"
      Then the message goes to hop.example or to mx1.there.example, and nowhere else

  @rfc5321-AppC-02 @must
  Rule: A route that goes on names its hosts in full

    Example: A host that only its neighbours know
      Given the zone:
        """
        hop. TXT "no host"
        """
      When a trusted host offers the forward-path "<@hop:bob@there.example>"
      Then no client names a host without a dot in a route

  @rfc5321-6.1-07 @must
  Rule: A notification for a routed reverse-path goes to the mailbox alone

    Example: Over two hops
      Given mx1.there.example refuses permanently for RCPT
      And elsewhere.example has the mail exchanger mx.elsewhere.example that offers only nothing
      When alice submits a message from "<@hop.example,@second.example:mallory@elsewhere.example>" to "<bob@there.example>"
      Then the client says to mx.elsewhere.example:
        """
        EHLO mail.here.example
        MAIL FROM:<>
        RCPT TO:<mallory@elsewhere.example>
        DATA
        …
        QUIT
        """
      And the name server is not asked for hop.example

  @rfc5321-2.3.11-01 @rfc5321-2.4-04 @rfc5321-3.6.1-04 @rfc6409-8.8-01 @must
  Rule: Reverse-path and local-parts arrive letter for letter

    @rfc5321-4.1.2-10 @rfc5321-4.1.2-07
    Scenario Outline: <from> to <to>
      When alice submits a message from '<from>' to '<to>'
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        MAIL FROM:<from>
        RCPT TO:<to>
        DATA
        …
        QUIT
        """

      Examples: what means something elsewhere
        | from                          | to                                  |
        | <MixedCase@here.example>      | <FooBar@there.example>              |
        | <alice+tag@here.example>      | <user%far.example@there.example>    |
        | <alice@here.example>          | <far!user@there.example>            |
        | <alice@here.example>          | <"quoted blank"@there.example>      |
        | <alice@here.example>          | <"a@b"@there.example>               |
        | <alice@here.example>          | <x.y+z=1_2/3@there.example>         |
        | <>                            | <bob@there.example>                 |

  @rfc5321-4.1.2-14 @must
  Rule: Control characters are in no path that leaves this server

    Example: They are not even taken
      When this conversation holds for alice:
        """
        S: 220
        C: EHLO client.example
        S: 250-
        C| MAIL FROM:<"al\x07ice"@here.example>\r\n
        S: 5yz
        C: MAIL FROM:<alice@here.example>
        S: 250
        C| RCPT TO:<"b\tb"@there.example>\r\n
        S: 5yz
        C| RCPT TO:<"b\x7fb"@there.example>\r\n
        S: 5yz
        C| RCPT TO:<b\xf8b@there.example>\r\n
        S: 5yz
        C: QUIT
        S: 221
        """
      Then mx1.there.example is not contacted

  @rfc5321-4.5.5-01 @should
  Rule: Ordinary mail keeps its reverse-path, and none is invented

    @rfc5321-3.9.1-01
    Example: Over an alias
      Given the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      When mallory sends a message to robert@here.example
      Then mx1.there.example receives it from <mallory@elsewhere.example>
      And the content arrives at mx1.there.example below one new trace field

    @rfc5321-4.5.5-03
    Example: A null reverse-path over an alias and over a list
      Given the settings:
        | setting | value                                                                              |
        | aliases | [{"address": "robert", "to": ["bob@there.example"]}]                               |
        | lists   | [{"address": "friends", "owner": "alice", "members": ["dan@there.example"]}]       |
      When mallory sends a message from <> to robert@here.example and friends@here.example
      Then mx1.there.example receives it for bob@there.example and dan@there.example
      And mx1.there.example hears MAIL FROM "<>" and no other

  @rfc5321-4.1.1.3-07 @rfc5321-4.1.2-04 @must
  Rule: Parameters are passed on only to a host that offers them

    Example: A host that offers nothing
      When alice sends a message to bob@there.example with:
        | notify | FAILURE,DELAY           |
        | ret    | HDRS                    |
        | envid  | QQ314159                |
        | orcpt  | rfc822;bob@there.example |
      Then the client says to mx1.there.example:
        """
        EHLO mail.here.example
        MAIL FROM:<alice@here.example>
        RCPT TO:<bob@there.example>
        DATA
        …
        QUIT
        """

    @rfc3461-5.2.1-04 @needs-dsn
    Example: A host that offers DSN gets them, in xtext where they need it
      Given third.example has the mail exchanger mx.third.example that offers only DSN
      When alice submits a message from "<alice@here.example> ENVID=a+2Bb+3Dc" to "<dan@third.example> ORCPT=rfc822;dan+2Bx@third.example"
      Then the client says to mx.third.example:
        """
        EHLO mail.here.example
        MAIL FROM:<alice@here.example> ENVID=a+2Bb+3Dc
        RCPT TO:<dan@third.example> ORCPT=rfc822;dan+2Bx@third.example
        DATA
        …
        QUIT
        """

  @rfc5321-4.1.1.1-14 @rfc5321-4.1.1.1-16 @must
  Rule: Offers are read in any case, and one line means that there are none

    Scenario Outline: <reply>
      Given third.example has the mail exchanger mx.third.example
      And mx.third.example answers "<reply>" to EHLO
      When alice sends the message "eight-bit" to dan@third.example
      Then <outcome>
      And mx.third.example finds nothing wrong with the client

      @rfc6152-3-03
      Examples: eight bits may go there
        | reply                                     | outcome                           |
        | 250-mx / 250-sIzE 100000 / 250 8bitmime   | mx.third.example receives it once |
        | 250-mx / 250-X-UNKNOWN a=b / 250 8BitMime | mx.third.example receives it once |

      # A server may convert, or return the message.
      @rfc6152-3-04
      Examples: they may not go there
        | reply                                | outcome                                                                              |
        | 250 mx SIZE 8BITMIME                 | mx.third.example receives it, or alice is notified once that dan@third.example failed |
        | 250-8BITMIME / 250 SIZE 100000       | mx.third.example receives it, or alice is notified once that dan@third.example failed |
