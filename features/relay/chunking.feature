@needs-outgoing
Feature: Content goes in chunks where that is offered
  CHUNKING counts octets instead of looking for the dot; BINARYMIME needs it.

  @rfc3030-2-21 @must
  Rule: BDAT is said only to a host that offers CHUNKING

    Scenario Outline: A host <that>
      Given there.example has the mail exchanger mx1.there.example that <that>
      When alice sends the message "leading-dots" to bob@there.example
      Then mx1.there.example receives it <how>
      And the content arrives unchanged at mx1.there.example
      And mx1.there.example finds nothing wrong with the client

      Examples: with and without
        | that                          | how     |
        | offers only CHUNKING          | by BDAT |
        | offers only SIZE and 8BITMIME | by DATA |

  @rfc3030-2-11 @rfc3030-2-09 @rfc3030-3-13 @must
  Rule: After a refused chunk no other follows, only RSET or QUIT

    Scenario Outline: The first of several chunks is answered <reply>
      Given there.example has the mail exchanger mx1.there.example that offers only CHUNKING
      And mx1.there.example answers "<reply>" to BDAT once
      When alice sends a message of 600000 octets to bob@there.example
      Then mx1.there.example hears BDAT once
      And mx1.there.example hears nothing but RSET or QUIT after BDAT
      And mx1.there.example receives nothing
      And mx1.there.example finds nothing wrong with the client

      Examples: for good, for now, out of order
        | reply                   |
        | 552 5.3.4 too big       |
        | 452 4.3.1 no room       |
        | 503 5.5.1 bad sequence  |

  @rfc3030-2-17 @must
  Rule: Text keeps its CRLFs in chunks

    Example: A large message in several chunks
      Given there.example has the mail exchanger mx1.there.example that offers only CHUNKING
      When alice sends a message of 600000 octets to bob@there.example
      Then the content arrives unchanged at mx1.there.example
      And mx1.there.example finds nothing wrong with the client

  @rfc3030-3-06 @rfc3030-3-09 @rfc3030-3-12 @must @needs-binarymime
  Rule: Binary content goes, under its name, to a host that takes it, and to no other

    @rfc3030-3-05 @rfc3030-3-03
    Example: A host that offers BINARYMIME
      Given there.example has the mail exchanger mx1.there.example
      When this conversation holds for alice:
        """
        S: 220
        C: EHLO client.example
        S: 250-
        C: MAIL FROM:<alice@here.example> BODY=BINARYMIME
        S: 250
        C: RCPT TO:<bob@there.example>
        S: 250
        C: BDAT 68 LAST
        C| MIME-Version: 1.0\r\nContent-Transfer-Encoding: binary\r\n\r\n\0\x01\x80\xff \n \r .\r\n
        S: 250
        """
      Then mx1.there.example receives it with the parameters:
        | command | parameter | value      |
        | MAIL    | BODY      | BINARYMIME |
      And mx1.there.example hears the bytes "\r\n\r\n\0\x01\x80\xff \n \r .\r\n"
      And mx1.there.example finds nothing wrong with the client

    @rfc3030-3-11
    Scenario Outline: A host that withholds <keyword>
      Given there.example has the mail exchanger mx1.there.example that withholds <keyword>
      When this conversation holds for alice:
        """
        S: 220
        C: EHLO client.example
        S: 250-
        C: MAIL FROM:<alice@here.example> BODY=BINARYMIME
        S: 250
        C: RCPT TO:<bob@there.example>
        S: 250
        C: BDAT 68 LAST
        C| MIME-Version: 1.0\r\nContent-Transfer-Encoding: binary\r\n\r\n\0\x01\x80\xff \n \r .\r\n
        S: 250
        """
      Then mx1.there.example receives nothing
      And mx1.there.example hears no octet beyond ASCII
      And alice is notified once that bob@there.example failed

      Examples: either is needed
        | keyword    |
        | BINARYMIME |
        | CHUNKING   |
