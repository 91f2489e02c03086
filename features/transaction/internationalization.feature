Feature: Addresses and content in every script
  With SMTPUTF8 and 8BITMIME everybody can be written to by their own name; without them nothing is guessed.

  @rfc6531-3.2-01 @rfc6531-3.5-01 @must @needs-smtputf8
  Rule: Addresses in every script are taken where SMTPUTF8 is asked for

    Example: A user whose name is not ASCII
      Given the setting users is [{"name": "alice", "password": "alice's password"}, {"name": "jürgen", "password": "jürgen's password"}]
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C| MAIL FROM:<bob@there.example> SMTPUTF8\r\n
        S: 250
        C| RCPT TO:<j\xc3\xbcrgen@here.example>\r\n
        S: 250
        C: RSET
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C| RCPT TO:<j\xc3\xbcrgen@here.example>\r\n
        S: 5yz
        C: QUIT
        S: 221
        """

  @rfc6531-3.1-03 @rfc6531-3.6-01 @rfc6152-2-02 @must
  Rule: SMTPUTF8 has no value, BODY one of those that are offered, and each stands once

    Example: Values of the parameters
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then MAIL is answered for the parameters:
        | parameters               | answer |
        | SMTPUTF8                 | 250    |
        | smtputf8 body=8bitmime   | 250    |
        | SMTPUTF8 BODY=BINARYMIME | 250    |
        | BODY=7BIT                | 250    |
        | SMTPUTF8=1               | 501\|555 |
        | SMTPUTF8 SMTPUTF8        | 250\|501 |
        | BODY=9BIT                | 50z\|555 |
        | BODY=                    | 501\|555 |
        | BODY                     | 501\|555 |
        | BODY=7BIT BODY=8BITMIME  | 501    |

  @rfc6531-3.2-01 @rfc6531-3.3-01 @rfc6531-3.3-02 @must @needs-smtputf8
  Rule: Well-formed UTF-8 stands where a letter may stand, and U-labels in domains; other octets are refused

    Example: Good and bad addresses
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then MAIL is answered for the reverse-paths:
        | path                                                                             | answer |
        | <j\\xc3\\xbcrgen@there.example> SMTPUTF8                                         | 250    |
        | <"j\\xc3\\xbcr gen"@there.example> SMTPUTF8                                      | 250    |
        | <\\xe7\\x94\\xa8\\xe6\\x88\\xb7@\\xe4\\xbe\\x8b\\xe5\\xad\\x90.example> SMTPUTF8 | 250    |
        | <bob@b\\xc3\\xbccher.example> SMTPUTF8                                           | 250    |
        | <bob@xn--bcher-kva.example>                                                      | 250    |
        | <\\xc0\\xaf@there.example> SMTPUTF8                                              | 50z    |
        | <\\xed\\xa0\\x80@there.example> SMTPUTF8                                         | 50z    |
        | <j\\xfcrgen@there.example> SMTPUTF8                                              | 50z    |
        | <bob@\\xe2\\x98\\x83.example> SMTPUTF8                                           | 501    |
        | <bob@-\\xc3\\xbc.example> SMTPUTF8                                               | 501    |

  @rfc6531-3.4-03 @rfc6531-3.5-01 @must @needs-smtputf8
  Rule: Without SMTPUTF8 an address that needs it is refused, the reverse-path with 550 and the forward-path with 553

    Example: Reverse-paths and no parameter
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers, each time after RSET:
        | command                                   | answer    |
        | MAIL FROM:<j\\xc3\\xbcrgen@there.example> | 550 5.6.7 |
        | MAIL FROM:<bob@b\\xc3\\xbccher.example>   | 550 5.6.7 |

    Example: Forward-paths and no parameter
      Given a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        """
      Then the server answers:
        | command                                   | answer    |
        | RCPT TO:<j\\xc3\\xbcrgen@here.example>    | 553 5.6.7\|550 5.1.1 |
        | RCPT TO:<alice@here.example>              | 250       |

  @rfc6531-3.5-02 @must @needs-smtputf8
  Rule: A message whose header a recipient cannot read is refused as such, at its end

    Scenario Outline: Programs that read no UTF-8, and a subject <subject>
      Given the setting incoming.internationalHeaders is false
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example> BODY=8BITMIME SMTPUTF8
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C: Subject: <subject>
        C:
        C: grüße
        C: .
        S: <answer>
        """

      Examples: what counts is the header
        | subject | answer    |
        | Grüße   | 554 5.6.9 |
        | Hello   | 250       |

  @rfc6531-3.2-03 @must @needs-smtputf8
  Rule: A local domain is the same with U-labels and with A-labels

    Example: bücher.example
      Given the server accepts mail for xn--bcher-kva.example
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example> SMTPUTF8
        """
      Then RCPT is answered for the forward-paths:
        | path                            | answer |
        | <alice@xn--bcher-kva.example>   | 250    |
        | <alice@b\\xc3\\xbccher.example> | 250    |
        | <alice@B\\xc3\\x9cCHER.EXAMPLE> | 250    |
        | <alice@xn--bcher-kvb.example>   | 5yz    |

  @rfc6531-3.2-08 @must @needs-smtputf8
  Rule: An original recipient may be given in UTF-8 of either writing

    Example: ORCPT of type utf-8
      Given a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example> SMTPUTF8
        """
      Then RCPT is answered for the forward-paths:
        | path                                                           | answer |
        | <alice@here.example> ORCPT=utf-8;j\\xc3\\xbcrgen@here.example  | 250    |
        | <alice@here.example> ORCPT=utf-8;j\\\\x{FC}rgen@here.example   | 250    |
        | <alice@here.example> ORCPT=rfc822;j\\xc3\\xbcrgen@here.example | 501    |

  @rfc6531-3.2-02 @must @needs-smtputf8
  Rule: A domain with U-labels is looked up by its A-labels

    Example: bücher.example
      Given xn--bcher-kva.example has the mail exchanger mx1.there.example
      When alice submits a message with SMTPUTF8 to bob@bücher.example
      Then the name server is asked for MX of xn--bcher-kva.example

  @rfc6152-2-03 @must
  Rule: Eight-bit content is taken in lines of a thousand octets

    Example: Lines of 998 octets and CRLF
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example> BODY=8BITMIME
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C: Content-Type: text/plain; charset=utf-8
        C: Content-Transfer-Encoding: 8bit
        C:
        C: {ü × 499}
        C: .
        S: 250
        C: QUIT
        S: 221
        """
