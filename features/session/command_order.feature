Feature: Every command has its place in a session
  A client that errs is told so and loses nothing. The table is the server's own, walked cell by cell: each command in each
  phase, from a session that the greeting refused to one whose last chunk has failed.

  Background:
    Given the strangers' network is refused

  @rfc5321-4.1.4-01 @rfc5321-4.1.4-02 @rfc5321-4.1.4-03 @rfc5321-4.1.4-09 @rfc5321-4.1.4-13 @rfc5321-3.3-09 @rfc5321-3.1-03 @must
  @rfc5321-4.1.1.5-03 @rfc5321-4.1.1.9-01 @rfc5321-4.1.1.10-08 @rfc3030-2-08 @rfc3030-2-15
  Rule: A command out of order is answered 503, or 554 where all recipients were refused; the others are served

    Scenario Outline: <verb>
      Then "<command>" is answered in each phase:
        | refused   | greeted   | identified   | mail   | recipients   | chunks   | failed   |
        | <refused> | <greeted> | <identified> | <mail> | <recipients> | <chunks> | <failed> |

      Examples: the order of commands
        | verb     | command                       | refused | greeted | identified | mail | recipients | chunks | failed |
        | EHLO     | EHLO client.example           | 503     | 250     | 250        | 250  | 250        | 250    | 250    |
        | HELO     | HELO client.example           | 503     | 250     | 250        | 250  | 250        | 250    | 250    |
        | MAIL     | MAIL FROM:<bob@there.example> | 503     | 503     | 250        | 503  | 503        | 503    | 503    |
        | RCPT     | RCPT TO:<carol@here.example>  | 503     | 503     | 503        | 250  | 250        | 503    | 503    |
        | DATA     | DATA                          | 503     | 503     | 503        | 503\|554  | 354        | 503    | 503    |
        | BDAT     | BDAT 2\\r\\n\\r\\n            | 503     | 503     | 503        | 503  | 250        | 250    | 503    |
        | RSET     | RSET                          | 503     | 250     | 250        | 250  | 250        | 250    | 250    |
        | NOOP     | NOOP                          | 503     | 250     | 250        | 250  | 250        | 250    | 250    |
        | QUIT     | QUIT                          | 221     | 221     | 221        | 221  | 221        | 221    | 221    |
        | VRFY     | VRFY alice                    | 503     | 252\|500\|502     | 252\|500\|502        | 252\|500\|502  | 252\|500\|502        | 252\|500\|502    | 252\|500\|502    |
        | EXPN     | EXPN list@there.example       | 503     | 252\|5yz | 252\|5yz | 252\|5yz | 252\|5yz | 252\|5yz | 252\|5yz |
        | HELP     | HELP                          | 503     | 214     | 214        | 214  | 214        | 214    | 214    |
        | STARTTLS | STARTTLS                      | 503     | 220     | 220        | 220\|503  | 220\|503 | 220\|503 | 220\|503 |
        | AUTH     | AUTH CRAM-MD5                 | 503     | 503\|334 | 334        | 503  | 503        | 503    | 503    |
