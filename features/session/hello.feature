Feature: Client and server introduce themselves
  With EHLO the client says who it is and learns what this server can do more than the oldest ones; HELO serves old clients.

  @rfc5321-4.1.1.1-12 @rfc5321-4.1.1.1-04 @must
  Rule: EHLO is answered with the server's name and one line for each extension

    Example: EHLO
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250-
        S: 250
        C: QUIT
        S: 221
        """

    @rfc5321-2.2.2-01 @rfc5321-4.1.1.1-13 @rfc5321-2.2.1-01 @rfc1870-3-01 @rfc2920-2-01 @rfc3030-2-01 @rfc3030-3-01
    @rfc6152-2-01 @rfc2034-3-01 @rfc6531-3.1-01 @rfc6531-3.7.1-02
    Example: Only registered keywords, with no other parameters than theirs
      When a stranger opens a session on the relay listener
      Then EHLO is answered with registered keywords and their parameters

    @rfc5321-2.4-14 @rfc5321-4.1.1.1-15 @rfc6531-3.1-06
    Scenario Outline: <keyword> is offered
      When a stranger opens a session on the relay listener
      Then the server offers <keyword>

      Examples: everything that this server does
        | keyword             |
        | PIPELINING          |
        | SIZE                |
        | 8BITMIME            |
        | BINARYMIME          |
        | CHUNKING            |
        | SMTPUTF8            |
        | DSN                 |
        | ENHANCEDSTATUSCODES |
        | STARTTLS            |
        | EXPN                |
        | HELP                |

    @rfc5321-4.2.4-03 @rfc1870-4-02
    Example: What is offered is served
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers, each time after RSET:
        | command                                                | answer |
        | MAIL FROM:<bob@there.example> SIZE=100 BODY=8BITMIME   | 250    |
        | MAIL FROM:<bob@there.example> BODY=BINARYMIME SMTPUTF8 | 250    |
        | MAIL FROM:<bob@there.example> RET=HDRS ENVID=a         | 250    |
        | HELP                                                   | 214\|50z |
        | BDAT 0                                                 | 5yz    |
        | AUTH UNKNOWN                                           | 5yz    |

  @rfc2033-1-01 @must
  Rule: The protocol of local delivery is not spoken at this door

    Example: LHLO opens nothing
      Then this conversation holds:
        """
        S: 220
        C: LHLO client.example
        S: 50z
        C: EHLO client.example
        S: 250
        """

  @rfc5321-2.2.1-03 @rfc5321-3.2-01 @must
  Rule: HELO is understood, and not answered in the style of EHLO

    Example: HELO before and after EHLO
      When a stranger opens a session on the relay listener
      Then HELO is answered in one line
      And the server offers SIZE
      And HELO is answered in one line

    @rfc5321-4.1.1.1-06 @rfc5321-F.3-02 @rfc2034-4-06 @rfc2034-5-01 @needs-enhanced-codes
    Example: A whole transaction after HELO, with enhanced status codes nevertheless
      Then this conversation holds:
        """
        S: 220
        C: HELO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250 2.1.0
        C: RCPT TO:<alice@here.example>
        S: 250 2.1.5
        C: DATA
        S: 354
        C: Subject: after HELO
        C:
        C: .
        S: 250 2.y.z
        C: QUIT
        S: 221 2.y.z
        """
      And the mailbox of alice@here.example holds 1 message

  @rfc5321-4.1.1.1-09 @rfc5321-4.1.1.1-10 @rfc5321-4.1.4-04 @rfc5321-4.1.4-05 @must
  Rule: EHLO and HELO need a domain or an address literal; a refused one changes nothing

    Example: A refused EHLO is none
      Then MAIL right after a refused EHLO is answered as it is right after the greeting

    Example: No argument, then a good one
      Then this conversation holds:
        """
        S: 220
        C: EHLO
        S: 501
        C: EHLO client.example
        S: 250
        C: EHLO
        S: 501
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: QUIT
        S: 221
        """

    @rfc5321-4.1.2-16
    Example: Names that are none
      Given a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        """
      Then the server answers:
        | command                      | answer   |
        | HELO                         | 501      |
        | EHLO client_1.example        | 501      |
        | EHLO -client.example         | 501      |
        | EHLO client..example         | 501      |
        | EHLO client.example more     | 50z\|250 |
        | RCPT TO:<alice@here.example> | 250\|503 |
        | HELO a b                     | 501      |
        | EHLO [192.0.2.300]           | 501      |
        | EHLO [IPv6:2001:db8::x]      | 501      |
        | EHLO [2001:db8::1]           | 501      |
        | EHLO <client.example>        | 501      |

    @rfc5321-4.1.1.1-03 @rfc5321-4.1.4-07
    Example: Text behind a literal, and a name that is not where the client comes from
      When a stranger opens a session on the relay listener
      Then the server answers:
        | command                                 | answer | of others |
        | EHLO [192.0.2.1] a comment of old times | 250    | 250\|501  |
        | EHLO mail.here.example                  | 250    |           |
        | MAIL FROM:<bob@there.example>           | 250    |           |
        | RCPT TO:<alice@here.example>            | 250    |           |
        | DATA                                    | 354    |           |
        | .                                       | 250    |           |

    @rfc5321-4.1.1.1-11
    Scenario Outline: A client that names itself <name>
      Then this conversation holds:
        """
        S: 220
        C: EHLO <name>
        S: 250
        C: QUIT
        S: 221
        """

      Examples: names and literals
        | name               |
        | client.example     |
        | [192.0.2.7]        |
        | [IPv6:2001:db8::7] |
        | localhost          |
