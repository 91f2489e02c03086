Feature: The destination's mail exchanger is found by DNS
  A domain says in DNS which hosts take its mail. The server asks for them, prefers those that the domain
  prefers, and never guesses.

  @rfc5321-5.1-01 @rfc5321-5.1-04 @must
  Rule: Mail goes to the mail exchanger of the recipient's domain

    Example: One mail exchanger
      Given there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it for bob@there.example
      And mx1.there.example finds nothing wrong with the client

    Example: Recipients in two domains
      Given there.example has the mail exchanger mx1.there.example
      And third.example has the mail exchanger mx.third.example
      When alice sends a message to bob@there.example and dan@third.example
      Then mx1.there.example receives it for bob@there.example
      And mx.third.example receives it for dan@third.example

    @rfc5321-4.5.4.1-10 @should
    Example: Two recipients of one domain share one copy
      Given there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example and dan@there.example
      Then mx1.there.example receives it for bob@there.example and dan@there.example
      And mx1.there.example receives it once

    @rfc1035-2.3.3-01 @rfc1035-8.1-01
    Example: The case of a domain does not matter, and what stands before the at-sign has no say
      Given there.example has the mail exchanger mx1.there.example
      When alice sends a message to mx2.other.example%bob@THERE.Example
      Then mx1.there.example receives it for mx2.other.example%bob@THERE.Example

  @rfc5321-5.1-08 @must
  Rule: A domain without mail exchanger is served by its own address

    Example: Only an address record
      Given there.example is served by its own address
      When alice sends a message to bob@there.example
      Then there.example receives it for bob@there.example

  @rfc5321-5.1-11 @must
  Rule: With a mail exchanger published, the domain's own address is not used

    Example: The mail exchanger is unreachable, the domain's own address is not
      Given there.example has the mail exchanger mx1.there.example
      And there.example is served by its own address
      And mx1.there.example is unreachable
      When alice sends a message to bob@there.example
      Then there.example receives nothing
      And the queue still holds the message for bob@there.example

  @rfc5321-5.1-05 @rfc6409-8.7-01 @must
  Rule: Another name of a domain is followed

    Example: The domain is a CNAME
      Given there.example has the mail exchanger mx1.there.example
      And alias.example is another name of there.example
      When alice sends a message to bob@alias.example
      Then mx1.there.example receives it for bob@alias.example

  @rfc5321-5.1-06 @must
  Rule: Mail for a domain that does not exist is returned at once

    Example: NXDOMAIN
      Given gone.example does not exist
      When alice sends a message to bob@gone.example
      Then alice is notified that bob@gone.example failed
      And the queue is empty

  @rfc5321-5.1-10 @must
  Rule: Mail for a domain with neither mail exchanger nor address is returned

    Example: Nothing but a text record
      Given silent.example has neither mail exchanger nor address
      When alice sends a message to bob@silent.example
      Then alice is notified that bob@silent.example failed

  @rfc5321-5.1-09 @must
  Rule: A domain whose mail exchangers have no address gets nothing, and its own address is not used

    Example: The only mail exchanger has no address
      Given there.example is served by its own address
      And the zone:
        """
        there.example. MX 10 mx1.there.example.
        mx1.there.example. TXT "no address"
        """
      When alice sends a message to bob@there.example
      Then there.example is not contacted
      And alice is notified once that bob@there.example failed
      And the queue is empty

    Example: The only mail exchanger does not exist
      Given the zone:
        """
        there.example. MX 10 mx1.there.example.
        """
      And mx1.there.example does not exist
      When alice sends a message to bob@there.example
      Then alice is notified once that bob@there.example failed

  @rfc5321-5.1-12 @must
  Rule: Mail exchangers out of the standard do no harm

    Scenario Outline: The preferred mail exchanger is <what>
      Given there.example has the mail exchangers:
        | preference | host              |
        | 20         | mx2.there.example |
      And the zone:
        """
        there.example. MX 10 <name>
        <more>
        """
      When alice sends a message to bob@there.example
      Then mx2.there.example receives it once

      Examples: names that are none, or none of a host
        | what                          | name                 | more                                        |
        | an address                    | 192.0.2.25.          | 192.0.2.25. TXT "nothing"                   |
        | an alias that leads nowhere   | other.there.example. | other.there.example. CNAME gone.example.    |
        | an alias of the second        | other.there.example. | other.there.example. CNAME mx2.there.example. |
        | a name without address        | other.there.example. | other.there.example. TXT "nothing"          |

  @rfc1035-3.3.9-02 @must
  Rule: A mail exchanger is the name of a host, and what looks like an address is not dialled

    Example: Somebody listens at that address
      Given mx1.there.example is a host at a known address
      And the mail exchanger of there.example is published as the address of mx1.there.example
      When alice sends a message to bob@there.example
      Then mx1.there.example is not contacted

  @rfc5321-5.1-02 @rfc5321-5.1-03 @rfc6409-4.2-01 @must
  Rule: Names are never completed

    Example: A user means some host of ours, perhaps
      Given alice is an authenticated user
      When alice sends a message to bob@host
      Then the message is refused permanently
      And the name server is not asked for host.here.example

    Example: A trusted host says the same
      Given the zone:
        """
        host. TXT "no host"
        """
      When alice sends a message to bob@host
      Then alice is notified once that bob@host failed
      And the name server is not asked for host.here.example

  @rfc7505-4.2-02 @must
  Rule: The null reverse-path is welcome, whatever MX says

    Example: A notification from elsewhere
      Given elsewhere.example publishes a null MX
      When mallory sends a message from <> to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox

  # The domain itself breaks RFC 7505 §3 there, so nobody is held to it.
  @rfc7505-3-03 @may
  Rule: A null MX stands alone, and a dot among others is none

    Example: A dot beside a real mail exchanger is no null MX
      Given there.example has the mail exchanger mx1.there.example
      And the zone:
        """
        there.example. MX 0 .
        """
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it once

  @rfc7505-3-01 @rfc7505-4.1-01 @must
  Rule: A null MX says that the domain takes no mail

    Example: The message is returned without any connection, though the domain has an address
      Given there.example publishes a null MX
      And there.example is served by its own address
      When alice sends a message to bob@there.example
      Then alice is notified that bob@there.example failed
      And the notification to alice tells of bob@there.example:
        | status | ^5\\. |
      And there.example is not contacted

    @rfc7505-4.1-04
    Example: A notification for a domain that takes no mail ends at once
      Given the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      And there.example has the mail exchanger mx1.there.example
      And mx1.there.example refuses permanently for RCPT
      And elsewhere.example publishes a null MX
      When mallory sends a message to robert@here.example
      Then the queue is empty
      And no notification is sent

  @rfc5321-4.1.3-05 @must
  Rule: Mail to an address literal goes to that address without DNS

    Example: An IPv4 literal
      Given mx1.there.example is a host at a known address
      When alice sends a message to the user bob at the address of mx1.there.example
      Then mx1.there.example receives 1 message
