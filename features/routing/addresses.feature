@needs-outgoing
Feature: All addresses of a destination are tried in their order
  A host may have several addresses, a domain many hosts. Mail arrives as long as one of them can be reached.

  @rfc5321-5.1-14 @rfc5321-5.1-13 @must
  Rule: When one address fails the next one is tried

    Example: Nobody answers at the first address of the host
      Given there.example has the mail exchanger mx1.there.example
      And the first address of mx1.there.example is one where nobody answers
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it once

    @rfc5321-5.1-18
    Example: Addresses of one host are tried as the name server gave them
      Given the zone:
        """
        there.example. MX 10 both.there.example.
        """
      And both.there.example has the addresses of mx1.there.example and mx2.there.example
      And mx1.there.example disconnects
      When alice sends a message to bob@there.example
      Then the hosts are tried in this order:
        | mx1.there.example |
        | mx2.there.example |
      And mx2.there.example receives it once

    @rfc5321-5.1-15
    Example: Of twelve mail exchangers only the last can be reached
      Given there.example has the mail exchangers:
        | preference | host               |
        | 1          | mx1.there.example  |
        | 2          | mx2.there.example  |
        | 3          | mx3.there.example  |
        | 4          | mx4.there.example  |
        | 5          | mx5.there.example  |
        | 6          | mx6.there.example  |
        | 7          | mx7.there.example  |
        | 8          | mx8.there.example  |
        | 9          | mx9.there.example  |
        | 10         | mx10.there.example |
        | 11         | mx11.there.example |
        | 12         | mx12.there.example |
      And of the mail exchangers only mx12.there.example can be reached
      When alice sends a message to bob@there.example
      Then mx12.there.example receives it once

  @rfc5321-5.1-17 @must
  Rule: Equal preferences share the load

    Example: Twenty-four domains with the same two mail exchangers
      Given 24 domains share the mail exchangers mx1.there.example and mx2.there.example
      When alice sends a message to bob at each of 24 domains
      Then both mx1.there.example and mx2.there.example receive some

  @rfc5321-5.2-01 @rfc5321-5.2-02 @should @needs-ipv6
  Rule: IPv6 and IPv4 are both used

    Example: Nobody answers over IPv6
      Given there.example has the mail exchanger mx1.there.example
      And the zone:
        """
        mx1.there.example. AAAA ::1
        """
      When alice sends a message to bob@there.example
      Then mx1.there.example receives it once

    Example: The host has only an IPv6 address
      Given there.example has the mail exchanger mx6.there.example at an IPv6 address
      When alice sends a message to bob@there.example
      Then mx6.there.example receives it once

    Example: Nobody answers over IPv4
      Given there.example has the mail exchanger mx6.there.example at an IPv6 address
      And mx6.there.example has also an IPv4 address where nobody answers
      When alice sends a message to bob@there.example
      Then mx6.there.example receives it once

  @mail-service-79 @must
  Rule: Mail leaves from the address that the administrator gave it

    Example: One of several
      Given mail to other servers leaves from an address of its own
      And there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example
      Then mx1.there.example was reached from that address
