@needs-outgoing
Feature: Who submitted a message is told only where that is known
  AUTH= hands the name of an authenticated submitter on; a name that nobody vouches for is worse than none.

  @rfc4954-5-06 @rfc4954-5-07 @must
  Rule: AUTH= names a submitter only where somebody trusted named one

    Example: To a smarthost that knows us
      Given everything goes through the smarthost smart.provider.example, which asks for authentication
      And alice is an authenticated user
      When alice sends a message to bob@there.example
      Then smart.provider.example receives it with the parameters:
        | command | parameter | value |
        | MAIL    | AUTH      | <>    |

    @rfc4954-5-04
    Scenario Outline: A trusted host says <said>
      Given everything goes through the smarthost smart.provider.example, which asks for authentication
      When alice submits a message from "<alice@here.example> AUTH=<said>" to "<bob@there.example>"
      Then smart.provider.example receives it with the parameters:
        | command | parameter | value  |
        | MAIL    | AUTH      | <told> |

      # Whom a server trusts is its own affair, and it may trust nobody.
      Examples: it is believed, or it is not
        | said               | told                     |
        | carol@here.example | carol@here.example or <> |
        | c+2Bx@here.example | c+2Bx@here.example or <> |

      @rfc4954-5-03
      Examples: it names nobody
        | said | told |
        | <>   | <>   |

    @rfc4954-5-05
    Example: A stranger is not believed
      Given the server relays for there.example
      And there.example has the mail exchanger mx1.there.example
      And mx1.there.example answers "250-mx1 / 250 AUTH PLAIN" to EHLO
      When mallory submits a message from "<mallory@elsewhere.example> AUTH=carol@here.example" to "<bob@there.example>"
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value          |
        | MAIL    | AUTH      | (absent) or <> |
