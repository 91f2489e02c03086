Feature: Allowing incoming mail
  With incoming mail allowed, a domain name and a host name, the server takes mail from other servers for
  its own users. Accepting delivery is one thing and relaying is another: whoever the sender is, local users
  get their mail.

  @mail-service-06
  Rule: Mail from anywhere for a local user is accepted and put into the mailbox

    Example: A stranger writes to a local user
      When a stranger sends a message to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox

    Example: A stranger writes to two local users at once
      When a stranger sends a message to alice@here.example and carol@here.example
      Then the message is accepted
      And alice finds the message in the mailbox
      And carol finds the message in the mailbox

    Example: A local user writes to another
      When alice sends a message to carol@here.example
      Then the message is accepted
      And carol finds the message in the mailbox

    @rfc5321-4.1.1.2-02
    Example: A notification from another server arrives
      When mallory sends a message from <> to alice@here.example
      Then the message is accepted
      And alice finds the message in the mailbox

  @mail-service-07
  Rule: Every domain name of the settings is accepted, and no other

    Example: A second domain name
      Given the server accepts mail for second.example
      When a stranger sends a message to alice@second.example
      Then the message is accepted
      And alice finds the message in the mailbox

    @rfc5321-2.4-06
    Example: The case of a domain name does not matter
      When a stranger sends a message to alice@HERE.Example
      Then the message is accepted
      And alice finds the message in the mailbox

    Example: A name that only ends like the domain is another domain
      When a stranger sends a message to alice@nothere.example
      Then the message is refused permanently

    Example: A host below the domain is another domain
      When a stranger sends a message to alice@sub.here.example
      Then the message is refused permanently

  @mail-service-08
  Rule: Local users get their mail whether or not relaying needs authentication

    Scenario Outline: Authentication is <authentication> and trusted hosts are <trusted hosts>
      Given authentication is <authentication> and trusted hosts are <trusted hosts>
      When a stranger sends a message to carol@here.example
      Then the message is accepted
      And carol finds the message in the mailbox

      Examples: every way to decide who may relay
        | authentication | trusted hosts |
        | on             | set           |
        | on             | not set       |
        | off            | set           |
        | off            | not set       |

  @mail-service-09
  Rule: With incoming mail not allowed only the authenticated and the trusted may hand in mail

    Example: A stranger is refused although the recipient is a local user
      Given incoming mail is not allowed
      When a stranger sends a message to alice@here.example
      Then the message is refused permanently
      And alice finds nothing

    Example: A stranger is refused, too, for a domain that we are the backup of
      Given incoming mail is not allowed
      And the server relays for there.example
      When a stranger sends a message to bob@there.example
      Then the message is refused permanently

    Example: A trusted host may
      Given incoming mail is not allowed
      When a trusted host sends a message to carol@here.example
      Then the message is accepted
      And carol finds the message in the mailbox

    Example: An authenticated user may
      Given incoming mail is not allowed
      When an authenticated user sends a message to carol@here.example
      Then the message is accepted
      And carol finds the message in the mailbox

  @mail-service-10
  Rule: A local user who does not exist is refused at once

    @rfc5321-3.3-05
    Example: A stranger writes to nobody
      When a stranger sends a message to nobody@here.example
      Then the message is refused with 550 5.1.1

    Example: One of two recipients does not exist
      When a stranger sends a message to alice@here.example and nobody@here.example
      Then the recipient alice@here.example is accepted
      And the recipient nobody@here.example is refused permanently
      And alice finds the message in the mailbox

  @mail-service-11 @rfc5321-4.5.1-02
  Rule: Mail for the postmaster is always accepted

    Scenario Outline: <postmaster> is accepted
      When a stranger sends a message to <postmaster>
      Then the message is accepted
      And the mailbox of postmaster@here.example holds 1 message

      Examples: the postmaster's name in any case
        | postmaster              |
        | postmaster@here.example |
        | Postmaster@here.example |
        | POSTMASTER@HERE.EXAMPLE |

    Example: The administrator has named somebody
      Given the setting postmaster is alice
      When a stranger sends a message to postmaster@here.example
      Then the message is accepted
      And the mailbox of alice@here.example holds 1 message

  @mail-service-12
  Rule: Other addresses of a user lead to the user's mailbox

    Example: An alias
      Given the setting aliases is [{"address": "sales", "to": ["alice", "carol"]}]
      When a stranger sends a message to sales@here.example
      Then alice finds the message in the mailbox
      And carol finds the message in the mailbox

    Example: An alias that leads to another server
      Given there.example has the mail exchanger mx1.there.example
      And the setting aliases is [{"address": "robert", "to": ["bob@there.example"]}]
      When a stranger sends a message to robert@here.example
      Then mx1.there.example receives it for bob@there.example
      And mx1.there.example receives it from <mallory@elsewhere.example>
