Feature: Nothing that the standard allows is too long
  Names, paths and lines of the lengths that the standard promises are taken; what is longer is taken too, or refused without
  harm, and never cut.

  @rfc5321-4.5.3.1.4-01 @rfc5321-4.3.2-04 @rfc5321-4.5.3.1.4-02 @rfc1870-3-04 @rfc3030-3-02 @rfc6531-3.1-04 @must
  Rule: A command line of 512 octets is taken, a MAIL line of as many more as its extensions need

    Example: Lines of 512 octets, and 52 more for SIZE, BODY and SMTPUTF8
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers:
        | command                                                                                                   | answer |
        | NOOP {x × 505}                                                                                            | 250    |
        | MAIL FROM:<{a × 64}@{a × 63}.{b × 63}.{c × 63}.{d × 57}> SIZE={0 × 19}1 BODY=BINARYMIME SMTPUTF8{  × 185} | 250    |

  @rfc5321-2.3.8-06 @rfc5321-4.5.3.1.9-01 @must
  Rule: A line that is too long is one line, is answered 500 or understood as it is, and the session goes on

    Example: A hundred thousand octets
      Then a command line of 100000 octets is answered 500, or understood, and the session goes on

    Example: A little longer than the administrator allows, in one piece
      Given the setting limits.commandLine is 2000
      Then a command line of 3000 octets is answered 500, or understood, and the session goes on

    Example: A little too long
      Then a command line of 20000 octets is answered 500, or understood, and the session goes on

    Example: Commands in its tail are not obeyed
      Given a stranger has said:
        """
        EHLO client.example
        """
      When the client sends the group:
        """
        RSET {x × 20000} MAIL FROM:<bob@there.example>
        RCPT TO:<alice@here.example>
        NOOP
        """
      Then the answers are 500|501, 503, 250

    Example: No command is obeyed without its tail
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers:
        | command                                     | answer |
        | MAIL FROM:<bob@there.example>{  × 20000}RET | 5yz    |

  @rfc5321-4.5.3.1-01 @rfc5321-4.5.3.1.1-01 @rfc5321-4.5.3.1.2-01 @rfc5321-4.5.3.1.3-01 @rfc1035-2.3.4-01 @must
  Rule: A local-part of 64 octets, a domain as long as a path of 256 lets it be, and that path, are taken

    Example: As long as they may be
      Given a trusted host has said:
        """
        EHLO client.example
        MAIL FROM:<alice@{a × 63}.{b × 63}.{c × 63}.{d × 56}>
        """
      Then RCPT is answered for the forward-paths:
        | path                                                         | answer |
        | <{a × 64}@there.example>                                     | 250    |
        | <bob@{a × 63}.{b × 63}.{c × 63}.{d × 58}>                    | 250    |
        | <{a × 64}@{b × 63}.{c × 63}.{d × 61}>                        | 250    |
        | <@{a × 63}.example,@{b × 63}.example:{c × 64}@there.example> | 250    |

  @rfc5321-4.5.3.1.1-02 @may
  Rule: A longer local-part is taken whole or refused

    Example: A longer name than alice's is not alice
      Given the setting users is [{"name": "alice"}, {"name": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        """
      Then RCPT is answered for the forward-paths:
        | path                                      | answer |
        | <{a × 64}@here.example>                   | 250    |
        | <{a × 65}@here.example>                   | 5yz    |
        | <{a × 1000}@here.example>                 | 5yz    |
        | <bob@{a × 63}.{b × 63}.{c × 63}.{d × 64}> | 501    |

  @rfc6152-2-03 @rfc5321-3.3-15 @rfc5321-4.5.3.1.8-03 @rfc5321-6.1-08 @must
  Rule: A line of a thousand octets and a header of any length are no reason to refuse content

    Example: Lines of a thousand octets
      When mallory sends the message "long-lines" to alice@here.example
      Then the message is accepted
      And the content arrives unchanged in the mailbox of alice

    Example: Five hundred addresses in the header
      When mallory sends a message with 500 addresses in its header to alice@here.example
      Then the message is accepted
      And the message in the mailbox of alice@here.example ends with "\r\n\r\nto many\r\n"
