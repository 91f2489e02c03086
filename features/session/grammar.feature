Feature: Addresses are read as the standard writes them
  Who writes to a correct address, however strange, is understood; who does not is told so before anything has happened.

  @rfc5321-4.1.1.2-03 @rfc5321-4.1.2-01 @rfc5321-3.3-11 @rfc5321-4.1.4-12 @rfc3463-3.2-07 @must
  Rule: A reverse-path stands in angle brackets right after MAIL FROM:, else it is refused with 501 and nothing has changed

    Example: Brackets, colon and blanks
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers, each time after RSET:
        | command                             | answer    |
        | MAIL                                | 50z       |
        | MAIL FROM                           | 50z       |
        | MAIL <bob@there.example>            | 50z       |
        | MAIL FROM:                          | 501       |
        | MAIL FROM:bob@there.example         | 501 5.1.7 |
        | MAIL FROM:<bob@there.example        | 501 5.1.7 |
        | MAIL FROM:bob@there.example>        | 501 5.1.7 |
        | MAIL FROM:<<bob@there.example>>     | 501 5.1.7 |
        | MAIL FROM:<bob@there.example>>      | 501       |
        | MAIL FROM:<bob@there.example>SIZE=5 | 501       |
        | MAIL FROM:<bob>                     | 501 5.1.7 |
        | MAIL FROM:<bob@>                    | 501 5.1.7 |
        | MAIL FROM:<@there.example>          | 501 5.1.7 |
        | MAIL FROM: <bob@there.example>      | 250\|501  |
        | MAIL FROM :<bob@there.example>      | 501       |
        | MAIL FROM:<bob@there.example>       | 250       |

  @rfc5321-4.1.1.3-10 @rfc3463-3.2-03 @rfc5248-2.4-01 @must
  Rule: A forward-path stands in angle brackets right after RCPT TO: and names a mailbox

    Example: Brackets, colon and the null path
      Given a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        """
      Then the server answers:
        | command                            | answer    |
        | RCPT                               | 50z       |
        | RCPT TO                            | 50z       |
        | RCPT TO:<>                         | 501 5.1.3 |
        | RCPT TO:alice@here.example         | 501 5.1.3 |
        | RCPT TO:<alice@here.example        | 501 5.1.3 |
        | RCPT TO:<alice>                    | 501 5.1.3 |
        | RCPT TO: <alice@here.example>      | 250\|501  |
        | RCPT TO:<alice@here.example> extra | 555       |
        | RCPT TO:<alice@here.example>       | 250 2.1.5 |

  @rfc5321-4.1.2-06 @rfc5321-4.1.2-15 @rfc5321-4.1.2-18 @rfc5321-4.1.1-02 @must
  Rule: A local-part is a dot-string or a quoted string, and a malformed one is refused with 501

    Example: Dots, backslashes, blanks and quotes out of place
      Given a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        """
      Then RCPT is answered for the forward-paths:
        | path                       | answer |
        | <.alice@here.example>      | 5yz    |
        | <alice.@here.example>      | 5yz    |
        | <al..ice@here.example>     | 5yz    |
        | <al ice@here.example>      | 5yz    |
        | <al\\\\ice@here.example>   | 5yz    |
        | <al"ice"@here.example>     | 5yz    |
        | <"alice@here.example>      | 501    |
        | <al(ice)@here.example>     | 5yz    |
        | <alice@there@here.example> | 5yz    |
        | <""@here.example>          | 5yz    |

  @rfc5321-4.1.2-07 @rfc5321-4.1.2-08 @rfc5321-4.1.1.6-03 @must
  Rule: Every character that the grammar allows is taken

    Example: Quoted strings and special characters, for a domain elsewhere
      Given a trusted host has said:
        """
        EHLO client.example
        MAIL FROM:<alice@here.example>
        """
      Then RCPT is answered for the forward-paths:
        | path                                 | answer |
        | <"john doe"@there.example>           | 250    |
        | <"a@b"@there.example>                | 250    |
        | <"a\\\\"b"@there.example>            | 250    |
        | <"a\\\\\\\\b"@there.example>         | 250    |
        | <"(a),:;<b>[c]"@there.example>       | 250    |
        | <!#$%&'*+-/=?^_`{\|}~@there.example> | 250    |
        | <a.b.c@there.example>                | 250    |
        | <0@1.example>                        | 250    |

    Example: A quoted string that means a user is that user
      When mallory sends a message to "alice"@here.example
      Then the message is accepted
      And alice finds the message in the mailbox

  @rfc5321-4.1.2-13 @rfc5321-2.4-13 @must
  Rule: Control characters and octets beyond ASCII are refused

    Example: In commands and in addresses
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers, each time after RSET:
        | command                                | answer   |
        | MAIL FROM:<b\\x01ob@there.example>     | 501      |
        | MAIL FROM:<b\\0ob@there.example>       | 501      |
        | MAIL FROM:<b\\x7fob@there.example>     | 501      |
        | MAIL FROM:<"b\\x01ob"@there.example>   | 501      |
        | MAIL\\tFROM:<bob@there.example>        | 250\|50z |
        | MAIL FROM:<b\\xe9ob@there.example>     | 50z      |
        | MAIL FROM:<bob@th\\xc3\\xa9re.example> | 50z\|55z |
        | NO\\0OP                                | 50z      |
        | \\xff\\xfe                             | 500      |
        | NOOP \\xe9                             | 50z      |
        | EHLO caf\\xc3\\xa9.example             | 501      |
        | MAIL FROM:<bob@there.example>          | 250      |

    Example: Where nothing else would be wrong with the command
      Given the server is one of our own
      And a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers, each time after RSET:
        | command                             | answer |
        | NOOP \\x07                          | 501    |
        | NOOP one\\rtwo                      | 501    |
        | HELP \\x1b[2J                       | 501    |
        | VRFY alice\\x01                     | 501    |
        | MAIL FROM:<bob@there.example>\\t\\0 | 501    |
        | MAIL FROM:<bob@there.example>       | 250    |

  @rfc5321-4.1.2-05 @rfc5321-4.1.2-16 @rfc5321-F.4-01 @must
  Rule: A domain is made of letters, digits and inner hyphens, joined by single dots; another is refused with 501

    Example: Hyphens, dots, underscores and integers
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then MAIL is answered for the reverse-paths:
        | path                    | answer | of others |
        | <bob@-there.example>    | 501    |           |
        | <bob@there-.example>    | 501    |           |
        | <bob@there..example>    | 501    |           |
        | <bob@.there.example>    | 501    |           |
        | <bob@there.example.>    | 501    |           |
        | <bob@the_re.example>    | 501    |           |
        | <bob@#12345>            | 501    |           |
        | <bob@{a × 64}.example>  | 501    |  250\|501 |
        | <bob@th--ere.1.EXAMPLE> | 250    |           |

  @rfc5321-4.1.3-01 @rfc5321-4.1.3-02 @rfc5321-4.1.3-03 @rfc5321-4.1.3-04 @must
  Rule: An address literal is an IPv4 address, or an IPv6 address behind its tag

    Example: Good ones and bad ones
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then MAIL is answered for the reverse-paths:
        | path                           | answer |
        | <bob@[192.0.2.1]>              | 250    |
        | <bob@[255.255.255.255]>        | 250    |
        | <bob@[256.1.1.1]>              | 501    |
        | <bob@[1.2.3]>                  | 501    |
        | <bob@[1.2.3.4.5]>              | 501    |
        | <bob@[192.0.2.1>               | 501    |
        | <bob@[IPv6:2001:db8::1]>       | 250    |
        | <bob@[ipv6:::1]>               | 250    |
        | <bob@[IPv6:::ffff:192.0.2.1]>  | 250    |
        | <bob@[IPv6:1:2:3:4:5:6:7:8]>   | 250    |
        | <bob@[2001:db8::1]>            | 501    |
        | <bob@[IPv6:1::2::3]>           | 501    |
        | <bob@[IPv6:1:2:3:4:5:6:7:8:9]> | 501    |
        | <bob@[IPv6:12345::1]>          | 501    |
        | <bob@[x400:foo]>               | 501    |
        | <bob@[]>                       | 501    |

  @rfc5321-4.1.2-03 @rfc5321-4.1.1.11-01 @rfc5321-2.2.2-03 @must
  Rule: A parameter is a keyword, or a keyword, an equals sign and a value; another form is 501, an unknown one 555

    Example: Forms of parameters
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then MAIL is answered for the parameters:
        | parameters              | answer               | of others            |
        | SIZE=1=2                | 501 5.5.4            |                      |
        | SIZE= 5                 | 501 5.5.4            |                      |
        | =5                      | 501 5.5.4\|555 5.5.4 |                      |
        | RET=ALL                 | 501 5.5.4            | 501 5.5.4\|555 5.5.4 |
        | FANCY                   | 555 5.5.4            |                      |
        | FANCY=yes               | 555 5.5.4            |                      |
        | XFANCY=yes              | 555 5.5.4            |                      |
        | NOTIFY=NEVER            | 555 5.5.4            |                      |
        | SIZE=5 RET=FULL ENVID=1 | 250                  |                      |
