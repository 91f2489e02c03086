@needs-admin
Feature: Users and their mailboxes over HTTP
  Whoever comes, goes or forgets a password is looked after without a restart, and nobody else notices.

  @mail-service-75
  Rule: A user who was added can log in and gets mail

    Example: dora comes
      When the administrator sends POST /api/users with:
        """
        { "name": "dora", "fullName": "Dora Dove", "password": "correct horse" }
        """
      Then the answer is 201
      And the answer has the header location /api/users/dora
      And this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN {base64 \0dora\0correct horse}
        S: 235
        C: QUIT
        S: 221
        """
      When mallory sends a message to dora@here.example
      Then the mailbox of dora@here.example holds 1 message
      When the administrator sends POST /api/users with:
        """
        { "name": "ALICE", "password": "correct horse" }
        """
      Then the answer is 409

  @mail-service-75
  Rule: A new password counts at once, and the old one no more

    Example: carol forgot hers
      When the administrator sends PATCH /api/users/carol with:
        """
        { "password": "another horse" }
        """
      Then the answer is 200
      And this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN {base64 \0carol\0carol's password}
        S: 535
        C: AUTH PLAIN {base64 \0carol\0another horse}
        S: 235
        C: QUIT
        S: 221
        """
      And this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH PLAIN {base64 \0alice\0alice's password}
        S: 235
        C: QUIT
        S: 221
        """

    Example: Something else changes
      When the administrator sends PATCH /api/users/carol with:
        """
        { "quota": 5000000 }
        """
      Then this conversation holds on the submissions listener:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: AUTH CRAM-MD5
        S: 334
        C: *
        S: 501
        C: AUTH PLAIN {base64 \0carol\0carol's password}
        S: 235
        C: QUIT
        S: 221
        """

  @mail-service-75
  Rule: A user who was removed gets no mail, and the others do

    Example: carol goes
      When the administrator sends DELETE /api/users/carol
      Then the answer is 200
      When mallory sends a message to carol@here.example
      Then the message is refused permanently
      When mallory sends a message to alice@here.example
      Then alice finds the message in the mailbox
      When the administrator sends DELETE /api/users/zoe
      Then the answer is 404

  @mail-service-44
  Rule: No password is ever shown

    Example: The list of users
      When the administrator asks for /api/users
      Then the answer holds:
        | place             | value        |
        | users[0].name     | alice        |
        | users[0].fullName | Alice Archer |
        | users[1].name     | carol        |
        | users[0].password | (absent)     |
        | users[0].verifier | (absent)     |
        | users[0].secret   | (absent)     |

  @mail-service-45
  Rule: Mailboxes are read, and messages taken out

    Background:
      Given mallory sends a message to alice@here.example and carol@here.example
      And the queue comes to rest

    Example: A message is read
      When the administrator asks for /api/mailboxes/alice/{alice}
      Then the answer is 200
      And it contains "Return-Path: <mallory@elsewhere.example>"

    Example: A message is taken out
      When the administrator sends DELETE /api/mailboxes/alice/{alice}
      Then the answer is 204
      When the administrator asks for /api/mailboxes
      Then the answer holds:
        | place                 | value |
        | mailboxes[0].user     | alice |
        | mailboxes[0].messages | 0     |
        | mailboxes[1].user     | carol |
        | mailboxes[1].messages | 1     |

    @mail-service-31
    Example: A message that was taken out leaves room at once
      Given the administrator sends PATCH /api/users/alice with:
        """
        { "quota": 5000 }
        """
      And mallory sends a message of 2500 octets to alice@here.example
      And alice finds the message in the mailbox
      When the administrator sends DELETE /api/mailboxes/alice/{alice}
      And mallory sends a message of 2000 octets to alice@here.example
      Then alice finds the message in the mailbox
      And the queue is empty

    Example: A message that another program has read
      Given another program reads the mailbox of alice
      When the administrator asks for /api/mailboxes/alice
      Then the answer holds:
        | place             | value |
        | messages[0].flags | S     |
      When the administrator asks for /api/mailboxes/alice/{alice}
      Then the answer is 200

    Example: Nobody's, nothing, and another folder
      Then the administrator is answered:
        | path                               | status |
        | /api/mailboxes/zoe                 | 404    |
        | /api/mailboxes/alice/nosuchmessage | 404    |
        | /api/mailboxes/..%2Fqueue          | 404    |
        | /api/mailboxes/alice/..%2Fnew      | 404    |
