@needs-admin
Feature: Settings are changed whole, or not at all
  A mistake in the settings of a mail service loses mail or opens it to everybody. So every mistake is found before
  anything changes, and what was not meant to change stays.

  @mail-service-44
  Rule: Each mistake is found, with its place, and nothing is changed

    Example: Mistakes in names and addresses
      Then each of these changes is refused with its place:
        | place                       | change                                                                                             |
        | incoming.domains[1]         | { "incoming": { "domains": ["here.example", "HERE.example"] } }                                    |
        | incoming.domains[0]         | { "incoming": { "domains": ["alice@here.example"] } }                                              |
        | incoming.relayDomains[0]    | { "incoming": { "relayDomains": ["here.example"] } }                                               |
        | relay.trustedHosts[0]       | { "relay": { "trustedHosts": ["192.0.2.0/33"] } }                                                  |
        | refusals.hosts[0]           | { "refusals": { "hosts": ["192.0.2"] } }                                                           |
        | refusals.senders[0]         | { "refusals": { "senders": ["spam mer@elsewhere.example"] } }                                      |
        | outgoing.nameServers[0]     | { "outgoing": { "nameServers": ["ns.there.example"] } }                                            |
        | outgoing.smarthost.host     | { "listeners": [{ "role": "relay", "port": 2525 }], "outgoing": { "smarthost": { "host": "127.0.0.1", "port": 2525 } } } |
        | outgoing.smarthost.password | { "outgoing": { "smarthost": { "host": "smart.provider.example", "user": "alice" } } }             |
        | admin.address               | { "admin": { "address": "192.0.2.1" } }                                                            |

    Example: Mistakes in who is who
      Then each of these changes is refused with its place:
        | place                  | change                                                                                   |
        | aliases[0].to[0]       | { "aliases": [{ "address": "info", "to": ["zoe"] }] }                                    |
        | aliases[0].to          | { "aliases": [{ "address": "a", "to": ["b"] }, { "address": "b", "to": ["a"] }] }        |
        | aliases[0].address     | { "aliases": [{ "address": "carol", "to": ["alice"] }] }                                 |
        | aliases[0].address     | { "aliases": [{ "address": "CAROL", "to": ["alice"] }] }                                 |
        | lists[0].owner         | { "lists": [{ "address": "friends", "owner": "zoe", "members": ["alice"] }] }            |
        | postmaster             | { "postmaster": "zoe" }                                                                  |
        | users[0].name          | { "users": [{ "name": "../alice" }] }                                                    |
        | users[0].name          | { "users": [{ "name": "al/ice" }] }                                                      |
        | aliases[0].moved       | { "aliases": [{ "address": "a", "to": ["alice", "carol"], "moved": "told" }] }           |
        | users[0].verifier      | { "users": [{ "name": "alice", "verifier": "SCRAM-SHA-256$4095:AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }] }      |
        | users[0].password      | { "users": [{ "name": "alice", "password": "\\u0007" }] }                                |

    Example: Mistakes in limits that the standards set, and in times
      Then each of these changes is refused with its place:
        | place                        | change                                        |
        | limits.recipients            | { "limits": { "recipients": 99 } }            |
        | limits.receivedHops          | { "limits": { "receivedHops": 99 } }          |
        | limits.commandLine           | { "limits": { "commandLine": 511 } }          |
        | limits.textLine              | { "limits": { "textLine": 999 } }             |
        | queue.retryAfter[1]          | { "queue": { "retryAfter": ["1m", "0s"] } }   |
        | queue.lifetime               | { "queue": { "lifetime": "0s" } }             |
        | queue.sessionsPerDestination | { "queue": { "sessionsPerDestination": 0 } }  |
        | outgoing.port                | { "outgoing": { "port": 65536 } }             |

    Example: Mistakes in what protects
      Then each of these changes is refused with its place:
        | place                     | change                                                                         |
        | authentication.methods[1] | { "authentication": { "methods": ["PLAIN", "PLAIN"] } }                        |
        | tls.requiredOnRelay       | { "tls": { "offered": false, "requiredOnRelay": true } }                       |
        | tls.key                   | { "tls": { "certificate": "/nonexistent.pem" } }                               |
        | tls.certificate           | { "tls": { "certificate": "/nonexistent.pem", "key": "/nonexistent.pem" } }    |
        | refusals.bareLineEnds     | { "refusals": { "bareLineEnds": "mend" } }                                     |
        | relay.trusted             | { "relay": { "trusted": [] } }                                                 |

    Example: What a secret's place held is not repeated
      When the administrator sends PATCH /api/settings with:
        """
        { "users": [{ "name": "alice", "verifier": "correct horse" }] }
        """
      Then the answer is 422
      And it does not contain "correct horse"

    Example: An address that cannot be listened on changes nothing else either
      When the administrator sends PATCH /api/settings with:
        """
        { "hostName": "other.here.example", "listeners": [{ "role": "relay", "address": "192.0.2.1", "port": 2525 }] }
        """
      Then the answer is 422
      And it contains "listeners"
      Given a stranger has opened a session
      Then the server names itself mail.here.example
      When the administrator asks for /api/settings
      Then the answer holds:
        | place    | value             |
        | hostName | mail.here.example |

  @mail-service-44
  Rule: What is not named in a change stays as it was, and what is null goes back to its default

    Example: One field of a group
      When the administrator sends PATCH /api/settings with:
        """
        { "limits": { "recipients": 100, "messageSize": 100000 } }
        """
      And the administrator sends PATCH /api/settings with:
        """
        { "limits": { "recipients": null } }
        """
      And the administrator asks for /api/settings
      Then the answer holds:
        | place              | value    |
        | limits.recipients  | (absent) |
        | limits.messageSize | 100000   |
        | incoming.allowed   | true     |
      When the administrator asks for /api/settings?defaults=true
      Then the answer holds:
        | place             | value |
        | limits.recipients | 1000  |

    Example: What was read can be sent back, and nobody is locked out
      Given the methods of authentication are PLAIN and SCRAM-SHA-256
      When the administrator sends the settings back as they were read
      Then the answer is 200
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

    Example: The smarthost's password is not shown, and not lost
      Given everything goes through the smarthost smart.provider.example with:
        | methods | PLAIN |
      And the administrator sends PATCH /api/settings with:
        """
        { "outgoing": { "ipv6": false } }
        """
      When alice sends a message to bob@there.example
      Then smart.provider.example receives it authenticated
      When the administrator asks for /api/settings
      Then the answer holds:
        | place                       | value    |
        | outgoing.smarthost.password | (absent) |
        | admin.token                 | (absent) |
        | users[0].verifier           | (absent) |

  @mail-service-03 @mail-service-44
  Rule: A change is saved

    Example: The host name after a restart
      Given the administrator sends PATCH /api/settings with:
        """
        { "incoming": { "domains": ["here.example", "second.example"] } }
        """
      When the server restarts
      And mallory sends a message to alice@second.example
      Then alice finds the message in the mailbox

  @mail-service-43
  Rule: Only who asks this machine by name, with the token, is heard

    Example: A page elsewhere can point its own name here
      Then somebody who asks for /health is answered:
        | name                   | status |
        | localhost              | 200    |
        | 127.0.0.1:8025         | 200    |
        | [::1]                  | 200    |
        | evil.example           | 403    |
        | localhost.evil.example | 403    |

    Example: Everything but health needs the token
      Then somebody without the token is answered:
        | path                 | status |
        | /health              | 200    |
        | /metrics             | 401    |
        | /api/queue           | 401    |
        | /api/mailboxes       | 401    |
        | /api/users           | 401    |
        | /api/journal         | 401    |
        | /api/journal/stream  | 401    |
        | /api/openapi.json    | 401    |
        | /api/settings/schema | 401    |

    Example: A form of another page is not taken for a change, and nobody in between keeps what is told
      When the administrator sends {"hostName":"x.example"} to /api/settings as text/plain
      Then the answer is 415
      And the answer has the header cache-control no-store

    Example: A change of the token shuts the old one out
      When the administrator sends PATCH /api/settings with:
        """
        { "admin": { "token": "0123456789abcdef" } }
        """
      Then the answer is 200
      When somebody asks for /api/users with the token "0123456789abcdef"
      Then the answer is 200
