/**
 * Where the people of the cast speak from, as the DNS and the settings know it: names of hosts, and networks in the ways
 * in which an administrator writes them.
 */
import { Given } from '@cucumber/cucumber'
import type { MailWorld } from './world.ts'

/** `127.1.2.3` → `3.2.1.127.in-addr.arpa`. */
const reverseName = (address: string): string => `${address.split('.').toReversed().join('.')}.in-addr.arpa`

/** The name leads to the address, and the address to the name. */
Given("{person}'s host is called {host}", function (this: MailWorld, person: string, host: string) {
  this.declare(host)
  this.scene.dns.zone(`${host}. A ${this.sourceOf(this.person(person))}`)
})

Given(
  "{person}'s host calls itself {host}, which knows nothing of it",
  function (this: MailWorld, person: string, host: string) {
    this.declare(host)
    this.scene.dns.zone(`${reverseName(this.sourceOf(this.person(person)))}. PTR ${host}.`)
  },
)

/** The form is written for 127.1.2.3: figures that it shares with that address are those of the person's. */
Given("{person}'s network is trusted in the form {word}", function (this: MailWorld, person: string, form: string) {
  const own = this.sourceOf(this.person(person)).split('.')
  const model = ['127', '1', '2', '3']
  const [, clothes = '', figures = '', prefix = ''] = /^(::ffff:)?([\d.*]+)(\/\d+)?$/.exec(form) ?? []
  const parts = figures.split('.')
  const octets = parts.map((part, at) => {
    if (part === model[at]) return own[at]
    return part === '*' || part === '0' ? part : String((Number(own[at]) + 1) % 256)
  })
  this.settings = { ...this.settings, relay: { trustedHosts: [`${clothes}${octets.join('.')}${prefix}`] } }
})
