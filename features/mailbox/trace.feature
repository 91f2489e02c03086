Feature: The newest trace field tells where a message came from and how
  Whoever looks for the way of a message, or for a loop, reads the Received fields; they are for programs, too.

  # Every field that is looked at here is held to the grammar of RFC 5321 §4.4 as a whole (steps/trace.ts).
  @rfc5321-4.1.1.4-16 @rfc5321-4.4-01 @rfc5321-4.4-02 @rfc5321-4.4-03 @rfc5321-4.4-07 @rfc5321-4.4-09 @rfc5321-4.4-25 @rfc5321-4.4-26 @must
  @rfc5321-4.4-27 @rfc5321-4.4-28 @rfc5321-4.4-29 @rfc5321-4.4-30 @rfc5321-4.4-31 @rfc5321-4.4-32 @rfc5321-4.4-33 @rfc5321-4.4-34 @rfc5322-3.6.7-01 @rfc5321-F.5-01 @rfc5321-4.1.1.4-17
  @rfc2505-2.2.1-01 @rfc6531-3.7.3-01
  Rule: It names the client by its word and by its address, this host, and the time

    Scenario Outline: EHLO <name>
      Then this conversation holds:
        """
        S: 220
        C: EHLO <name>
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\nx\r\n.\r\n
        S: 250
        """
      And the trace of the message in the mailbox of alice@here.example tells:
        | from | <from>                                       |
        | tcp  | ^(?:\\S+ )?\\[127\\.\\d+\\.\\d+\\.\\d+\\]$ |
        | by   | ^mail\\.here\\.example$                      |
        | with | ^ESMTP$                                      |
        | via  | absent                                       |
        | id   | ^\\S+$                                       |
        | for  | ^<?alice@here\\.example>?$                   |
        | date | ^\\w{3}, \\d{1,2} \\w{3} \\d{4} [\\d:]{8} [+-]\\d{4}(?: \\(\\w+\\))?$ |

      Examples: what clients call themselves
        | name               | from                       |
        | client.example     | ^client\\.example$         |
        | Client.EXAMPLE     | ^(?:Client\\.EXAMPLE\|client\\.example)$ |
        | [203.0.113.9]      | ^\\[203\\.0\\.113\\.9\\]$  |
        | [IPv6:2001:db8::9] | ^\\[(?:IPv6\|ipv6):2001:db8::9\\]$ |
        | localhost          | ^localhost$                |

    Example: It stands at the beginning of what is relayed
      Given there.example has the mail exchanger mx1.there.example
      When alice sends a message to bob@there.example
      Then the content arrives at mx1.there.example below one new trace field
      And the trace of the message at mx1.there.example tells:
        | by  | ^mail\\.here\\.example$  |
        | for | ^<?bob@there\\.example>?$ |

  @rfc3848-1-01 @rfc3848-1-02 @rfc3848-1-03 @rfc3848-1-04 @rfc5321-4.4-35 @rfc4954-7-01 @rfc8314-4-07 @rfc8314-4.3-01 @must
  Rule: It says by which protocol: ESMTP or SMTP, with S under TLS and A after authentication, and under TLS with which cipher

    Example: HELO
      Then this conversation holds:
        """
        S: 220
        C: HELO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\nx\r\n.\r\n
        S: 250
        """
      And the trace of the message in the mailbox of alice@here.example tells:
        | with | ^SMTP$ |
        | tls  | absent |

    Example: After AUTH in clear
      Given the setting tls.requiredOnSubmission is false
      And the setting authentication.clearText is true
      And alice is an authenticated user
      And alice does not use TLS
      When alice sends a message to carol@here.example
      Then the trace of carol's message tells:
        | with | ^ESMTPA$ |
        | tls  | absent   |

    @needs-tls
    Example: After STARTTLS
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: STARTTLS
        S: 220
        # TLS
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\nx\r\n.\r\n
        S: 250
        """
      And the trace of the message in the mailbox of alice@here.example tells:
        | with | ^ESMTPS$                      |
        | tls  | ^TLS_AES_256_GCM_SHA384$      |

    Scenario Outline: After <how> and AUTH
      Given alice <how>
      When alice sends a message to carol@here.example
      Then the trace of carol's message tells:
        | with | ^ESMTPSA$ |
        | tls  | ^TLS_     |

      Examples: both ways to privacy
        | how                          |
        | is an authenticated user     |
        | submits over implicit TLS    |

    Example: After an AUTH that failed, on the relay listener
      Given the setting authentication.clearText is true
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN AGFsaWNlAHdyb25n
        S: 535
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\nx\r\n.\r\n
        S: 250
        """
      And the trace of the message in the mailbox of alice@here.example tells:
        | with | ^ESMTP$ |

    @rfc6531-3.7.3-03 @needs-smtputf8
    Example: With SMTPUTF8
      When these recipients are named in one international message from bob@there.example:
        | recipient          | parameters |
        | alice@here.example |            |
      Then the trace of the message in the mailbox of alice@here.example tells:
        | with | ^UTF8SMTP$ |

  @rfc5321-4.4-04 @rfc5321-7.2-01 @rfc5321-7.6-01 @should
  Rule: With several recipients it names none, so that blind copies stay blind

    Example: Two mailboxes here
      When a stranger sends to alice@here.example and carol@here.example:
        """
        From: <bob@there.example>
        Subject: {token}

        x
        """
      Then the trace of alice's message tells:
        | for | absent |
      And the trace of carol's message tells:
        | for | absent |
      And the message in the mailbox of alice@here.example nowhere contains "carol@here.example"
      And the message in the mailbox of carol@here.example nowhere contains "alice@here.example"

  @rfc5321-4.4-08 @rfc5322-3.3-02 @should
  Rule: Its time is the local one, with its offset from Greenwich

    # The place of a process is settled when it begins, so the server must be one of its own.
    @needs-kill
    Example: East of Greenwich, by five hours and a half
      Given the local time is that of Asia/Kolkata
      When mallory sends a message to alice@here.example
      Then the trace of alice's message tells:
        | date | \\+0530$ |
      And the trace of alice's message tells the moment of its arrival

  @rfc5322-3.3-01 @must
  Rule: Its time is right, whatever the zone in which it is told

    Example: Wherever the server stands
      When mallory sends a message to alice@here.example
      Then the trace of alice's message tells the moment of its arrival

  @rfc3848-1-06 @should
  Rule: What older trace fields say proves nothing

    Example: A forged field of an authenticated session does not open the relay
      Given there.example has the mail exchanger mx1.there.example
      When mallory sends to bob@there.example:
        """
        Received: from client.example by mail.here.example with ESMTPSA id 1; Tue, 24 Nov 2026 12:00:00 +0000
        Subject: {token}

        x
        """
      Then the message is refused permanently
      And mx1.there.example is not contacted

  @rfc5321-3.7.2-04 @rfc5321-4.4-05 @rfc5322-4-02 @rfc5322-4.3-01 @should
  Rule: Odd fields of others are taken as they are

    Example: Obsolete, empty, overlong and eight-bit ones
      When mallory sends to alice@here.example:
        """
        Subject: {token}
        Message-ID: <{token}@elsewhere.example>
        Received:
        Received: \xff\xfe
        Received: {x × 900}
        Received : by nowhere; 1 Jan 99 00:00 XYZ
        Date : Mon, 1 Jan 99 00:00:00 EST
        From : (comment) <@a.example,@b.example:mallory@elsewhere.example>

        x
        """
      Then the message is accepted
      And the content arrives unchanged in the mailbox of alice
