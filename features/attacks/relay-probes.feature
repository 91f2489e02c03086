Feature: No trick gets a stranger's mail through
  Whoever sends junk tries every form of an address, every kind of session and every place to speak from. Each probe of the
  known sets goes all the way, content and all, and is judged by what the far mail exchanger received.

  @must
  Rule: No form of an address makes a stranger's mail pass

    Scenario Outline: <family>
      When a stranger makes the relay probes of the family "<family>"
      Then no mail is relayed
      And each refusal is permanent

      @relay-probe-01 @relay-probe-02 @relay-probe-03 @relay-probe-04 @relay-probe-05 @relay-probe-06 @relay-probe-07
      @relay-probe-08 @relay-probe-09 @relay-probe-10 @relay-probe-11 @relay-probe-12 @relay-probe-13 @relay-probe-14
      @relay-probe-15 @relay-probe-16 @relay-probe-17 @relay-probe-18 @relay-probe-19
      Examples: senders that claim to be somebody
        | family |
        | senders |

      @relay-probe-20 @relay-probe-21 @relay-probe-22 @relay-probe-23 @relay-probe-24 @relay-probe-25 @relay-probe-26
      Examples: the percent form
        | family |
        | percent |

      @relay-probe-27 @relay-probe-28 @relay-probe-29 @relay-probe-30 @relay-probe-31 @relay-probe-32 @relay-probe-33
      @relay-probe-34 @relay-probe-35 @relay-probe-36
      Examples: whole addresses in a quoted local-part
        | family |
        | quoted |

      @relay-probe-37 @relay-probe-38 @relay-probe-39 @relay-probe-40 @relay-probe-41
      Examples: two at-signs
        | family |
        | double at |

      @relay-probe-42 @relay-probe-43 @relay-probe-44 @relay-probe-45 @relay-probe-46 @relay-probe-47
      Examples: source routes through the server
        | family |
        | routes |

      @relay-probe-48 @relay-probe-49 @relay-probe-50 @relay-probe-51 @relay-probe-52 @relay-probe-53 @relay-probe-54
      @relay-probe-55 @relay-probe-56 @relay-probe-57
      Examples: bang paths and DECnet forms
        | family |
        | bang |

      @relay-probe-58 @relay-probe-59 @relay-probe-60
      Examples: address literals
        | family |
        | literals |

      @relay-probe-61 @relay-probe-62 @relay-probe-63 @relay-probe-64 @relay-probe-65 @relay-probe-66
      Examples: domains and local-parts that look like ours, and some that are not ASCII
        | family |
        | look-alikes |

      @relay-probe-67 @relay-probe-68 @relay-probe-69 @relay-probe-70 @relay-probe-71 @relay-probe-72 @relay-probe-73
      @relay-probe-74 @relay-probe-75 @relay-probe-76 @relay-probe-77 @relay-probe-78
      Examples: syntax that a lenient reader mends
        | family |
        | broken syntax |

  @must
  Rule: Mail for people here is no relaying, whatever its address looks like

    @relay-probe-80 @relay-probe-81 @relay-probe-82 @relay-probe-83 @relay-probe-84 @relay-probe-85 @relay-probe-86
    @relay-probe-87 @relay-probe-88 @relay-probe-89 @relay-probe-90 @relay-probe-91 @relay-probe-92 @relay-probe-93
    Example: Quoted, routed, in capitals, by address, by percent
      When a stranger makes the relay probes of the family "ours in disguise"
      Then no mail is relayed
      And mail for people here is taken, whatever its address looks like

  @must
  Rule: It does not matter from where a stranger speaks

    Scenario Outline: From <position>
      When every relay probe is made from <position>
      Then no mail is relayed
      And mail for people here is taken, whatever its address looks like

      @relay-probe-201
      Examples: a stranger
        | position |
        | a stranger |

      @relay-probe-203
      Examples: loopback
        | position |
        | loopback |

      @relay-probe-204 @needs-ipv6
      Examples: IPv6
        | position |
        | IPv6 |

      @relay-probe-205 @needs-ipv6
      Examples: a v4-mapped address
        | position |
        | a v4-mapped address |

      @relay-probe-206
      Examples: the gateway
        | position |
        | the gateway |

      @relay-probe-207
      Examples: just outside the trusted network
        | position |
        | just outside the trusted network |

      @relay-probe-208
      Examples: the server's own address
        | position |
        | the server's own address |

  @must
  Rule: It does not matter what a stranger says in the session

    Scenario Outline: <kind>
      When a stranger makes every relay probe in sessions of the kind "<kind>"
      Then no mail is relayed

      @relay-probe-101
      Examples: one session with RSET between
        | kind |
        | one session with RSET between |

      @relay-probe-102
      Examples: a session each
        | kind |
        | a session each |

      @relay-probe-103
      Examples: HELO
        | kind |
        | HELO |

      @relay-probe-104
      Examples: no EHLO
        | kind |
        | no EHLO |

      @relay-probe-105
      Examples: EHLO with the name of the server
        | kind |
        | EHLO with the name of the server |

      @relay-probe-106
      Examples: EHLO with the domain of the server
        | kind |
        | EHLO with the domain of the server |

      @relay-probe-107
      Examples: EHLO localhost
        | kind |
        | EHLO localhost |

      @relay-probe-108
      Examples: EHLO with a loopback literal
        | kind |
        | EHLO with a loopback literal |

      @relay-probe-109
      Examples: after a recipient here
        | kind |
        | after a recipient here |

      @relay-probe-110
      Examples: after a refused recipient
        | kind |
        | after a refused recipient |

      @relay-probe-111
      Examples: second transaction
        | kind |
        | second transaction |

      @relay-probe-112
      Examples: after failed authentication
        | kind |
        | after failed authentication |

      @relay-probe-113
      Examples: AUTH= claims
        | kind |
        | AUTH= claims |

      @relay-probe-114
      Examples: XCLIENT
        | kind |
        | XCLIENT |

      @relay-probe-115
      Examples: PROXY
        | kind |
        | PROXY |

      @relay-probe-116 @needs-tls
      Examples: STARTTLS
        | kind |
        | STARTTLS |

      @relay-probe-117
      Examples: pipelined
        | kind |
        | pipelined |

      @relay-probe-118 @needs-chunking
      Examples: BDAT
        | kind |
        | BDAT |

      @relay-probe-119 @needs-submission
      Examples: the submission listener
        | kind |
        | the submission listener |

      @relay-probe-120 @needs-submissions
      Examples: the submissions listener
        | kind |
        | the submissions listener |

      @relay-probe-121 @needs-tls
      Examples: authenticated, then STARTTLS
        | kind |
        | authenticated, then STARTTLS |

  @must @needs-outgoing
  Rule: The probes see what they are for

    @relay-probe-202
    Example: The trusted network may relay
      When every relay probe is made from the trusted network
      Then the probes see that mail is relayed

    @relay-probe-122 @needs-submission
    Example: An authenticated user may relay, also after RSET
      When a stranger makes every relay probe in sessions of the kind "authenticated, then RSET"
      Then the probes see that mail is relayed

    Example: An open relay is found out
      Given authentication is off and trusted hosts are not set
      When a stranger makes the relay probes of the family "senders"
      Then the probes see that mail is relayed
