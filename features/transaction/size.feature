@needs-size
Feature: The size of a message is agreed on before it is sent
  A message that is too big is refused at the first word, and one that was welcome is not refused for its size later.

  @rfc1870-6.1-01 @rfc5321-4.5.3.1.7-02 @should
  Rule: A message over the size limit is refused, as early as it is known

    Example: The client tells the size
      Given the setting limits.messageSize is 100000
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example> SIZE=200000
        S: 552
        C: MAIL FROM:<bob@there.example> SIZE=50000
        S: 250
        C: QUIT
        S: 221
        """

    @rfc1870-4-01 @must
    Example: The client does not
      Given the setting limits.messageSize is 100000
      When mallory sends 200000 octets of content for alice@here.example without telling the size
      Then the content is answered with 552
      And alice@here.example has received nothing

    # Others count in what they add themselves.
    @needs-admin
    Example: A message of exactly the limit is welcome, one of an octet more is not
      Given the setting limits.messageSize is 1000
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example> SIZE=1001
        S: 552
        C: MAIL FROM:<bob@there.example> SIZE=1000
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\n{x × 984}\r\n.\r\n
        S: 250
        C: MAIL FROM:<bob@there.example>
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| Subject: x\r\n\r\n{x × 985}\r\n.\r\n
        S: 552
        C: QUIT
        S: 221
        """
      And the message in the mailbox of alice@here.example ends with "xxxxxxxx\r\n"

  @rfc1870-3-03 @rfc1870-6-01 @rfc1870-4-02 @must
  Rule: SIZE has one value of one to twenty digits and stands once

    Example: Values of SIZE
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then MAIL is answered for the parameters:
        | parameters                 | answer |
        | SIZE=0                     | 250    |
        | SIZE=100                   | 250    |
        | SIZE=00000000000000000100  | 250    |
        | SIZE=12345678901234567890  | 552    |
        | SIZE=123456789012345678901 | 501\|552 |
        | SIZE=abc                   | 501    |
        | SIZE=-1                    | 501    |
        | SIZE=1e3                   | 501    |
        | SIZE=                      | 501    |
        | SIZE                       | 501\|555 |
        | SIZE=1 SIZE=2              | 501    |

  @rfc1870-3-02 @rfc1870-7-02 @must
  Rule: SIZE 0 means that no fixed limit is known

    Example: No limit
      Given the setting limits.messageSize is 0
      And a stranger has said:
        """
        EHLO client.example
        """
      Then MAIL is answered for the parameters:
        | parameters      | answer |
        | SIZE=1000000000 | 250    |

  @rfc1870-6-03 @rfc1870-6.3-01 @must
  Rule: The size that was told is not where the content ends, and content below the limit is taken

    Example: More and less than was told
      Given the setting limits.messageSize is 1000
      Then this conversation holds:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: MAIL FROM:<bob@there.example> SIZE=5
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C: Subject: far more than five octets
        C:
        C: .
        S: 250
        C: MAIL FROM:<bob@there.example> SIZE=1000
        S: 250
        C: RCPT TO:<alice@here.example>
        S: 250
        C: DATA
        S: 354
        C| {x × 498}\r\n{x × 498}\r\n.\r\n
        S: 250
        C: QUIT
        S: 221
        """
      And the mailbox of alice@here.example holds 2 messages
