Feature: VRFY and EXPN tell what the administrator lets them tell
  Whoever may ask learns the truth in a form that can be used; whoever may not learns nothing, and no lie either.

  @rfc5321-3.5.1-01 @rfc5321-7.3-01 @rfc5321-7.3-02 @rfc5321-3.5.2-07 @rfc5321-3.5.2-08 @rfc5321-3.5.3-07 @rfc2505-2.11-01 @must
  Rule: By default nobody learns who exists

    Example: A stranger asks
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers:
        | command                     | answer   |
        | VRFY nobody@here.example    | 252      |
        | VRFY alice@here.example     | 252      |
        | VRFY somebody@there.example | 252      |
        | EXPN friends                | 252\|550\|50z |

    Example: Only insiders may ask
      Given the setting verify.vrfy is authenticated
      Then this conversation holds for a stranger:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: VRFY alice
        S: 252
        """
      And this conversation holds for a trusted host:
        """
        S: 220
        C: EHLO client.example
        S: 250
        C: VRFY alice
        S: 250
        """

  @rfc5321-4.1.1.6-02 @rfc5321-4.1.1.6-03 @rfc5321-4.1.1.7-02 @rfc5321-3.5.1-09 @rfc6531-3.1-05 @must
  Rule: Both need one argument: a name, a quoted string or an address, and perhaps SMTPUTF8

    Example: Forms of the argument
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers:
        | command                       | answer |
        | VRFY                          | 50z      |
        | EXPN                          | 550\|50z |
        | VRFY "Alice Archer"           | 252\|502 |
        | VRFY <alice@here.example>     | 252\|502 |
        | VRFY alice SMTPUTF8           | 252\|502 |
        | VRFY j\\xc3\\xbcrgen SMTPUTF8 | 252\|502 |
        | VRFY "alice                   | 50z      |
        | VRFY a@b@c                    | 50z      |
        | EXPN friends SMTPUTF8         | 252\|550\|50z |

  @rfc5321-3.5.1-02 @rfc5321-3.5.1-03 @rfc5321-3.5.1-08 @rfc5321-3.5.2-01 @rfc5321-3.5.2-02 @rfc5321-7.3-03 @must
  Rule: A 250 to VRFY shows the mailbox, fully qualified and in angle brackets

    Example: A user by name, by address and by full name
      Given the setting verify.vrfy is everybody
      When a stranger opens a session on the relay listener
      Then the answer to "VRFY alice" shows:
        | Alice Archer <alice@here.example> |
      And the answer to "VRFY alice@here.example" shows:
        | Alice Archer <alice@here.example> |
      And the answer to 'VRFY "Alice Archer"' shows:
        | Alice Archer <alice@here.example> |

    @rfc5321-3.5.2-02
    Example: Brackets in a full name are not taken for an address
      Given the settings:
        | setting     | value                                                        |
        | verify.vrfy | everybody                                                    |
        | users       | [{"name": "alice", "fullName": "Alice <root@here.example>"}] |
      When a stranger opens a session on the relay listener
      Then the answer to "VRFY alice" shows:
        | Alice root@here.example <alice@here.example> |

  @rfc5321-3.5.3-01 @rfc5321-3.5.3-03 @rfc5321-3.5.3-04 @rfc5321-3.5.1-04 @rfc5321-3.5.1-06 @rfc3463-3.2-04 @must
  Rule: VRFY confirms nobody whom RCPT would refuse, and nobody of whom it cannot be sure

    Example: Unknown, elsewhere, ambiguous, a list
      Given the settings:
        | setting               | value                                                                                                           |
        | verify.vrfy           | everybody                                                                                                       |
        | incoming.relayDomains | ["backup.example"]                                                                                              |
        | users                 | [{"name": "alice"}, {"name": "al", "fullName": "Alice"}]                                                        |
        | lists                 | [{"address": "friends", "owner": "alice@here.example", "members": ["alice@here.example", "bob@there.example"]}] |
      And a stranger has said:
        """
        EHLO client.example
        MAIL FROM:<bob@there.example>
        """
      Then the server answers:
        | command                           | answer    |
        | VRFY nobody                       | 550 5.1.1 |
        | RCPT TO:<nobody@here.example>     | 550 5.1.1 |
        | VRFY bob@there.example            | 550\|252  |
        | VRFY somebody@backup.example      | 252       |
        | RCPT TO:<somebody@backup.example> | 250       |
        | VRFY Alice                        | 553 5.1.4 |
        | VRFY friends                      | 252       |

  @rfc5321-3.5.1-05 @rfc5321-3.5.1-07 @rfc5321-4.1.1.7-03 @rfc5321-3.5.2-03 @rfc5321-3.5.2-04 @rfc5321-3.5.2-05 @rfc5321-3.5.2-06 @rfc5321-7.3-04 @must
  Rule: A 250 to EXPN shows the mailbox of each member on a line of its own

    Background:
      Given the settings:
        | setting     | value                                                                                              |
        | verify.expn | everybody                                                                                          |
        | lists       | [{"address": "friends", "owner": "carol@here.example", "members": ["alice", "bob@there.example"]}] |
        | aliases     | [{"address": "sales", "to": ["carol"]}]                                                            |

    Example: A list and an alias
      When a stranger opens a session on the relay listener
      Then the server offers EXPN
      And the answer to "EXPN friends" shows:
        | <alice@here.example> |
        | <bob@there.example>  |
      And the answer to "EXPN sales" shows:
        | <carol@here.example> |

    Example: What is shown can be written to
      When alice opens a session on the relay listener
      Then each mailbox that "EXPN friends" shows is taken by RCPT

    Example: What is no list
      Given a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers:
        | command     | answer |
        | EXPN alice  | 550    |
        | EXPN nobody | 550    |

  @rfc6531-3.7.4.2-01 @rfc6531-3.7.4.2-02 @rfc6531-3.7.4.2-03 @must
  Rule: A mailbox that is not ASCII is shown only to who asked with SMTPUTF8

    Example: jürgen
      Given the settings:
        | setting     | value                                                                                              |
        | verify.vrfy | everybody                                                                                          |
        | verify.expn | everybody                                                                                          |
        | users       | [{"name": "alice"}, {"name": "jürgen", "fullName": "Jürgen"}, {"name": "zoe", "fullName": "Zoë"}]  |
        | lists       | [{"address": "friends", "owner": "alice", "members": ["alice", "jürgen"]}]                         |
      And a stranger has said:
        """
        EHLO client.example
        """
      Then the server answers:
        | command                       | answer    |
        | VRFY j\\xc3\\xbcrgen          | 252 2.6.8 |
        | VRFY j\\xc3\\xbcrgen SMTPUTF8 | 250       |
        | EXPN friends                  | 252 2.6.8 |
        | EXPN friends SMTPUTF8         | 250       |
      And the answer to "VRFY jürgen SMTPUTF8" shows:
        | Jürgen <jürgen@here.example> |
      And the answer to "VRFY zoe" shows:
        | <zoe@here.example> |
      And the answer to "VRFY zoe SMTPUTF8" shows:
        | Zoë <zoe@here.example> |
