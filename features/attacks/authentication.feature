Feature: Nobody becomes somebody else by authentication
  Whoever guesses, replays or mixes up exchanges remains a stranger, and what they call themselves does no harm.

  @mail-service-64 @must
  Rule: An exchange that was overheard opens nothing

    Example: SCRAM, octet for octet
      When alice authenticates on the wire with SCRAM-SHA-256
      And mallory says again what alice said to authenticate
      Then mallory is nobody

  @mail-service-65 @must
  Rule: What belongs to one mechanism proves nothing to another, and no command is taken for an answer or the reverse

    Example: Under TLS on the submission listener
      Given the setting authentication.failuresPerSession is 20
      And a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                                             | answer |
        | AUTH ANONYMOUS YWxpY2U=                                             | 5yz    |
        | AUTH EXTERNAL =                                                     | 5yz    |
        | AUTH NTLM                                                           | 5yz    |
        | AUTH XOAUTH2 {base64 user=alice\\x01auth=Bearer x\\x01\\x01}        | 5yz    |
        | AUTH CRAM-MD5                                                       | 334    |
        | {base64 \\0alice\\0alice's password}                                | 454\|501\|535 |
        | AUTH CRAM-MD5                                                       | 334    |
        | {base64 alice alice's password}                                     | 454\|501\|535 |
        | AUTH LOGIN                                                          | 334    |
        | {base64 \\0alice\\0alice's password}                                | 334\|501\|535 |
        | *                                                                   | 500\|501 |
        | AUTH PLAIN {base64 n,,n=alice,r=abcdefghijkl}                       | 501\|535 |
        | AUTH SCRAM-SHA-256 {base64 \\0alice\\0alice's password}             | 501\|504\|535 |
        | AUTH PLAIN                                                          | 334    |
        | MAIL FROM:<alice@here.example>                                      | 501\|535 |
        | AUTH PLAIN                                                          | 334    |
        | AUTH PLAIN {base64 \\0alice\\0alice's password}                     | 501\|535 |
        | MAIL FROM:<alice@here.example>                                      | 250\|530 |
        | RCPT TO:<bob@there.example>                                         | 5yz    |

  @mail-service-66 @must
  Rule: A name with octets that no name holds is nobody's, and does not reach the journal as it came

    @needs-journal
    Example: NUL, control characters, line ends, invalid UTF-8, names that only look alike
      Given the setting authentication.failuresPerSession is 20
      And a stranger has introduced itself under TLS on the submission listener
      Then the server answers:
        | command                                                          | answer   |
        | AUTH PLAIN {base64 \\0alice\\0alice's password\\0}               | 501\|535 |
        | AUTH PLAIN {base64 \\0\\0alice\\0alice's password}               | 501\|535 |
        | AUTH PLAIN {base64 \\0alice\\r\\nQUIT\\0alice's password}        | 501\|535 |
        | AUTH PLAIN {base64 \\0\\x1b[31malice\\0alice's password}         | 501\|535 |
        | AUTH PLAIN {base64 \\0al\\x08ice\\0alice's password}             | 501\|535 |
        | AUTH PLAIN {base64 \\0\\xff\\xfe\\0alice's password}             | 501\|535 |
        | AUTH PLAIN {base64 \\0\\xc1\\xa1lice\\0alice's password}         | 501\|535 |
        | AUTH PLAIN {base64 \\0\\xd0\\xb0lice\\0alice's password}         | 501\|535 |
        | AUTH PLAIN {base64 \\0../alice\\0alice's password}               | 501\|535 |
        | AUTH PLAIN {base64 \\0alice' OR '1'='1\\0x}                      | 501\|535 |
        | AUTH PLAIN {base64 \\0__proto__\\0x}                             | 501\|535 |
        | AUTH PLAIN {base64 \\0\\0}                                       | 501\|535 |
        | AUTH LOGIN {base64 alice\\0}                                     | 334\|501\|535 |
        | {base64 alice's password}                                        | 501\|535\|500 |
      And the journal holds nothing but printable characters

  @mail-service-67 @must
  Rule: Guesses sent all at once count like guesses sent one by one

    Example: Ten in one segment, the last one right
      Given the setting authentication.failuresPerSession is 2
      And the setting authentication.clearText is true
      And the setting tls.requiredOnSubmission is false
      Then this conversation holds on the submission listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C| AUTH PLAIN AGFsaWNlAGE=\r\nAUTH PLAIN AGFsaWNlAGI=\r\nAUTH PLAIN AGFsaWNlAGM=\r\nAUTH PLAIN AGFsaWNlAGFsaWNlJ3MgcGFzc3dvcmQ=\r\n
        S: 535
        S: 421|535
        S!
        """
