Feature: A submission is completed, not changed
  What a user's program left out is added where the standard says so, and the trace tells; what is there stays.

  Background:
    Given there.example has the mail exchanger mx1.there.example
    And alice is an authenticated user

  @rfc6409-8.2-01 @rfc6409-8.3-01 @rfc5321-6.4-02 @rfc5321-6.4-03 @rfc6409-8.1-01 @should
  Rule: Date and Message-ID are added where they are missing, and the trace says so

    Example: Both are missing
      When alice sends to bob@there.example:
        """
        From: <alice@here.example>
        Subject: {token}

        x
        """
      Then the message at mx1.there.example has the fields:
        | field      | value                                                       |
        | Date       | ^\\w{3}, \\d{1,2} \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}(?: \\(\\w+\\))?$ |
        | Message-ID | ^<[^<>@\\s]+@mail\\.here\\.example>$                      |
        | Received   | \\([^)]*(?:Date\|Message-ID)[^)]*\\)                       |
        | From       | ^<alice@here\\.example>$                                    |
      And the message at mx1.there.example has no field:
        | Sender |
        | To     |
        | Bcc    |

    Example: Both are there, however odd
      When alice sends to bob@there.example:
        """
        Date: 1 Jan 1999 12:00 EST
        From: <alice@here.example>
        Sender: <carol@here.example>
        Message-Id: <odd one@x>
        Subject: {token}

        x
        """
      Then the content arrives at mx1.there.example below one new trace field
      And the message at mx1.there.example has the fields:
        | field    | value                 |
        | Received | ^(?!.*added here)     |

    Example: No header at all
      When alice sends to bob@there.example:
        """
        {token} is all that there is
        """
      Then the message at mx1.there.example has the fields:
        | field      | value |
        | Date       | 20\\d\\d |
        | Message-ID | @     |

  @rfc5321-6.4-01 @must
  Rule: A relay adds its trace and nothing else

    Example: A trusted host hands in the same
      Given alice is a trusted host
      When alice sends to bob@there.example:
        """
        Subject: {token}

        x
        """
      Then the content arrives at mx1.there.example below one new trace field
      And the message at mx1.there.example has no field:
        | Date       |
        | Message-ID |

  @rfc6409-4.2-02 @rfc6409-5.1-02 @must
  Rule: A header with addresses that are not in order is left alone

    Scenario Outline: <what>
      When alice sends to bob@there.example:
        """
        From: <alice@here.example>
        <field>
        Subject: {token}

        x
        """
      Then the content arrives at mx1.there.example below one new trace field

      Examples: addresses of others
        | what                   | field                     |
        | without a whole domain | To: Robert <bob@host>     |
        | without sense          | Reply-To: @@@             |

  @rfc6409-8-01 @rfc6409-6.3-01 @rfc5321-4.1.1.4-07 @rfc5322-3.6.3-01 @must
  Rule: What goes out is in good form

    Example: What cannot be is refused at the end of the content
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                                                              | answer    |
        | AUTH PLAIN {base64 \\0alice\\0alice's password}                                      | 235       |
        | MAIL FROM:<alice@here.example>                                                       | 250       |
        | RCPT TO:<bob@there.example>                                                          | 250       |
        | DATA                                                                                 | 354       |
        | Subject: gr\\xc3\\xbc\\xc3\\x9fe\\r\\n\\r\\nx\\r\\n.                                 | 554 5.6.0 |
        | MAIL FROM:<alice@here.example>                                                       | 250       |
        | RCPT TO:<bob@there.example>                                                          | 250       |
        | DATA                                                                                 | 354       |
        | Subject: x\\r\\n\\r\\na\\nb\\r\\n.                                                   | 5yz       |
      And mx1.there.example receives nothing

    Example: A line that is too long is refused, or broken
      Given a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                                                              | answer         |
        | AUTH PLAIN {base64 \\0alice\\0alice's password}                                      | 235            |
        | MAIL FROM:<alice@here.example>                                                       | 250            |
        | RCPT TO:<bob@there.example>                                                          | 250            |
        | DATA                                                                                 | 354            |
        | Subject: x\\r\\n\\r\\n{x × 999}\\r\\n.                                               | 5yz 5.6.0\|250 |
      And mx1.there.example finds nothing wrong with the client

    @needs-chunking
    Example: A last line without its end gets one
      Given the setting authentication.clearText is true
      And the setting tls.requiredOnSubmission is false
      Then this conversation holds on the submission listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=
        S: 235
        C: MAIL FROM:<alice@here.example>
        S: 250
        C: RCPT TO:<bob@there.example>
        S: 250
        C| BDAT 23 LAST\r\nSubject: x\r\n\r\nno end at
        S: 250
        """
      And mx1.there.example receives it ending with "no end at\r\n"

    Example: Blind copies are the user's program's to hide; the server tells nobody of the other
      When alice sends to bob@there.example and carol@here.example:
        """
        From: <alice@here.example>
        To: <bob@there.example>
        Subject: {token}

        x
        """
      Then mx1.there.example hears nothing of carol@here.example
      And the trace of the message at mx1.there.example tells:
        | for | absent |
