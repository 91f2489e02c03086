Feature: Nothing is smuggled in content
  One sequence of octets ends the content. Where a sender and a receiver disagree about it, a stranger writes messages in the
  sender's name. So a server takes no other end, and never emits what some other server might take for one.

  @smuggling-01 @smuggling-02 @smuggling-03 @smuggling-04 @smuggling-05 @smuggling-06 @smuggling-07 @smuggling-08
  @smuggling-09 @smuggling-10 @smuggling-11 @smuggling-12 @smuggling-13 @smuggling-14 @smuggling-15 @smuggling-16
  @smuggling-17 @smuggling-18 @smuggling-19 @smuggling-20 @smuggling-21 @smuggling-22 @smuggling-23 @smuggling-24
  @smuggling-25 @smuggling-26 @smuggling-27 @smuggling-28 @smuggling-29 @smuggling-30 @smuggling-31
  @must
  Rule: Nothing but <CRLF>.<CRLF> ends the content

    Scenario Outline: By <command> <privacy> <segments>
      When mallory sends every end of data that is none by <command> <privacy> <segments>
      Then none of them ends the data
      And carol finds nothing

      @smuggling-101
      Examples: DATA in clear in one segment
        | command | privacy  | segments       |
        | DATA    | in clear | in one segment |

      @smuggling-102
      Examples: DATA in clear split at every octet
        | command | privacy  | segments             |
        | DATA    | in clear | split at every octet |

      @smuggling-103 @needs-tls
      Examples: DATA under TLS in one segment
        | command | privacy   | segments       |
        | DATA    | under TLS | in one segment |

      @smuggling-104 @needs-tls
      Examples: DATA under TLS split at every octet
        | command | privacy   | segments             |
        | DATA    | under TLS | split at every octet |

      @smuggling-105 @needs-chunking
      Examples: BDAT in clear in one segment
        | command | privacy  | segments       |
        | BDAT    | in clear | in one segment |

      @smuggling-106 @needs-chunking
      Examples: BDAT in clear split at every octet
        | command | privacy  | segments             |
        | BDAT    | in clear | split at every octet |

      @smuggling-107 @needs-chunking @needs-tls
      Examples: BDAT under TLS in one segment
        | command | privacy   | segments       |
        | BDAT    | under TLS | in one segment |

      @smuggling-108 @needs-chunking @needs-tls
      Examples: BDAT under TLS split at every octet
        | command | privacy   | segments             |
        | BDAT    | under TLS | split at every octet |

    @smuggling-109
    Scenario Outline: Where bare CR and LF are kept, by <command> <segments>
      Given the server keeps bare CR and LF
      When mallory sends every end of data that is none by <command> in clear <segments>
      Then none of them ends the data
      And carol finds nothing
      And what was taken for content arrives octet for octet

      Examples: the lenient setting is no less strict here
        | command | segments             |
        | DATA    | in one segment       |
        | DATA    | split at every octet |
        | BDAT    | in one segment       |

  @mail-service-68 @should
  Rule: Content of DATA with a bare CR or LF is refused, unless the settings say otherwise

    Scenario Outline: By <command> <segments>
      When mallory sends every end of data that is none by <command> in clear <segments>
      Then those that hold a bare CR or LF are refused

      Examples: one by one and all octets apart
        | command | segments             |
        | DATA    | in one segment       |
        | DATA    | split at every octet |

    # BDAT is absent: a chunk may hold any octets (RFC 3030 §2); what is sent on is judged below.

  @must @needs-outgoing
  Rule: What is sent on holds nothing that another server might take for the end

    Scenario Outline: Taken by <taken>, sent on by <sent>
      Given the server keeps bare CR and LF
      And there.example has the mail exchanger mx1.there.example that withholds <without>
      When alice sends every end of data that is none to bob@there.example by <taken>
      Then mx1.there.example is sent none of them
      And every message that mx1.there.example received is whole

      @smuggling-111
      Examples: from DATA to DATA
        | taken | sent | without  |
        | DATA  | DATA | CHUNKING |

      @smuggling-112 @needs-chunking
      Examples: chunks hold anything, and DATA must not
        | taken | sent | without  |
        | BDAT  | DATA | CHUNKING |

      @smuggling-113 @needs-chunking
      Examples: to a server that takes chunks
        | taken | sent                            | without |
        | BDAT  | whatever the other side can take | SIZE    |

    @smuggling-114 @needs-tls
    Example: Sent on under TLS
      Given the server keeps bare CR and LF
      And there.example has the mail exchanger mx1.there.example with a good certificate
      When alice sends every end of data that is none to bob@there.example by DATA
      Then mx1.there.example is sent none of them
      And every message that mx1.there.example received is whole
