/**
 * Relay probes: the whole set, made from somewhere in some kind of session, and judged by where the mail ended up.
 */
import assert from 'node:assert/strict'
import { Then, When } from '@cucumber/cucumber'
import { makeProbes } from '../../probes/relay.ts'
import type { Names, RelayErrand } from '../../probes/relay.ts'
import { relayPositions, relayProbes, relaySessions } from '../../probes/relay-probes.ts'
import type { RelayProbe, RelaySession } from '../../probes/relay-probes.ts'
import { verdictOf, verdictText } from '../../probes/verdict.ts'
import type { RelayVerdict } from '../../probes/verdict.ts'
import { NotApplicable } from '../../targets/faults.ts'
import { passwordOf } from '../cast.ts'
import { setField } from '../service.ts'
import type { MailWorld } from '../world.ts'
import { findsOf } from './finds.ts'
import { patience } from './patience.ts'
import { abreast, inRows } from './rows.ts'

const base = relaySessions.find(({ shared }) => shared === true)
const verdictsOf = new WeakMap<MailWorld, readonly RelayVerdict[]>()

/** There.example and elsewhere.example exist and would take what they get; sub-domains of theirs too. */
const farWorld = async (world: MailWorld): Promise<Names> => {
  const far = await world.exchanger('mx1.there.example')
  await world.exchanger('mx1.elsewhere.example')
  const names = ['there.example', 'probe.there.example', 'mail.there.example', 'here.example.there.example']
  for (const name of [...names, 'sub.backup.example', 'xhere.example', 'xn--tda.there.example', '\u{fc}.there.example'])
    world.scene.dns.zone(`${name}. MX 10 mx1.there.example.`)
  world.scene.dns.zone('elsewhere.example. MX 10 mx1.elsewhere.example.')
  world.declare(...names, 'sub.backup.example', 'xhere.example', 'xn--tda.there.example', 'there.example.')
  world.settings = setField(world.settings, 'incoming.relayDomains', ['backup.example'])
  world.settings = setField(world.settings, 'aliases', [{ address: 'away', to: ['bob@there.example'] }])
  return {
    ext: 'there.example',
    eu: 'bob',
    extip: far.address,
    ext2: 'elsewhere.example',
    su: 'mallory',
    host: 'mail.here.example',
    ld: 'here.example',
    lu: 'alice',
    rd: 'backup.example',
    alias: 'away@here.example',
    trusted: world.scene.address('trusted'),
    credentials: Buffer.from(`\0alice\0${passwordOf('alice')}`).toString('base64'),
  }
}

/** The address of the scene's block that ends with this number. */
const inTheBlock = (world: MailWorld, last: number): string =>
  world.scene.trustedNetwork.replace(/\.\d+\/\d+$/, `.${last}`)

interface Place {
  /** The address of the client; absent: the system's choice. */
  readonly from?: string
  /** The address that the listeners are moved to. */
  readonly listen?: string
}

const placeOf = (world: MailWorld, name: string): Place => {
  const server = world.settings.listeners?.[0]?.address ?? '127.0.0.1'
  switch (name) {
    case 'the trusted network':
      return { from: world.scene.address('trusted') }
    case 'loopback':
      return { from: '127.0.0.1' }
    case 'IPv6':
      return { listen: '::1' }
    case 'a v4-mapped address':
      return { from: world.scene.address('stranger'), listen: `::ffff:${server}` }
    case 'the gateway':
      return { from: inTheBlock(world, 1) }
    case 'just outside the trusted network':
      return { from: inTheBlock(world, 191) }
    case "the server's own address":
      return { from: server }
    default:
      return { from: world.scene.address('stranger') }
  }
}

const attempts = async (
  world: MailWorld,
  probes: readonly RelayProbe[],
  position: string,
  session: RelaySession | undefined,
): Promise<void> => {
  if (world.parameters.far === true)
    throw new NotApplicable(
      'is not on this machine: smtpspec probe makes the relay probes, at the pace that is owed to it',
    )
  if (session === undefined) throw new Error('there is no such kind of session in the table of relay probes')
  const names = await farWorld(world)
  const place = placeOf(world, position)
  if (place.listen !== undefined) {
    const { listen } = place
    const roles = ['relay', 'submission', 'submissions'] as const
    world.settings = { ...world.settings, listeners: roles.map((role) => ({ role, address: listen, port: 0 })) }
  }
  // Plain credentials in clear must be possible, so that some kinds of session exist at all.
  for (const [field, value] of [
    ['authentication.clearText', true],
    ['tls.requiredOnSubmission', false],
  ] as const)
    world.settings = setField(world.settings, field, value)
  await world.serverRuns()
  const endpoint = world.endpoint(session.listener ?? 'relay')
  const host = endpoint.host.replace(/^::ffff:/, '')
  const errand: Omit<RelayErrand, 'probes'> = {
    session,
    names: { ...names, ip: host.includes(':') ? `IPv6:${host}` : host },
    dial: () =>
      world.scene.connect(
        { host, port: endpoint.port },
        {
          ...(place.from !== undefined && { from: place.from }),
          implicitTls: session.listener === 'submissions',
          title: `relay probes from ${position}, ${session.name}`,
        },
      ),
    token: ({ id }) => `${id}-${session.id}-${world.nextToken()}`,
  }
  const made = await inRows(probes, session.shared === true ? 1 : abreast, async (some) =>
    makeProbes({ ...errand, probes: some }),
  )
  await world.rest()
  const finds = await findsOf(world)
  // Where nothing is ever sent, what was taken for elsewhere has neither gone nor been lost.
  const sends = world.target.capabilities.has('outgoing')
  const verdicts = made.map((attempt) => {
    const verdict = verdictOf(attempt, finds(attempt.token))
    return sends || verdict.rung !== 'accepted, then dropped' ? verdict : verdictOf(attempt)
  })
  verdictsOf.set(world, verdicts)
  world.attach(verdicts.map(verdictText).join('\n'), { mediaType: 'text/plain', fileName: 'relay probes' })
}

const verdicts = (world: MailWorld): readonly RelayVerdict[] => {
  const made = verdictsOf.get(world)
  if (made === undefined || made.length === 0) throw new Error('no relay probe was made')
  return made
}

const named = <T extends { readonly name: string }>(table: readonly T[], name: string): T | undefined =>
  table.find((row) => row.name === name)

const told = (of: readonly RelayVerdict[]): string => of.map(verdictText).join('\n')

When(
  'a stranger makes the relay probes of the family {string}',
  { timeout: patience },
  async function (this: MailWorld, family: string) {
    const probes = relayProbes.filter((probe) => probe.family === family)
    await attempts(this, probes, 'a stranger', base)
  },
)

When('every relay probe is made from {}', { timeout: patience }, async function (this: MailWorld, position: string) {
  if (named(relayPositions, position) === undefined) throw new Error(`no such position in the table: ${position}`)
  await attempts(this, relayProbes, position, base)
})

When(
  'a stranger makes every relay probe in sessions of the kind {string}',
  { timeout: patience },
  async function (this: MailWorld, kind: string) {
    await attempts(this, relayProbes, 'a stranger', named(relaySessions, kind))
  },
)

Then('no mail is relayed', function (this: MailWorld) {
  const open = verdicts(this).filter(({ breach }) => breach)
  assert.equal(open.length, 0, `mail was taken that must not be:\n${told(open)}`)
})

Then('each refusal is permanent', function (this: MailWorld) {
  const deferred = verdicts(this).filter(({ rung }) => rung === 'deferred')
  assert.equal(deferred.length, 0, `deferred only:\n${told(deferred)}`)
})

Then('mail for people here is taken, whatever its address looks like', function (this: MailWorld) {
  const withheld = verdicts(this).filter((verdict) => verdict.withheld)
  assert.equal(withheld.length, 0, `refused, although it is ours:\n${told(withheld)}`)
  const owed = verdicts(this).filter(({ attempt }) => attempt.probe.owed)
  assert.ok(owed.length > 0 && owed.every(({ rung }) => rung === 'taken here'), told(owed))
})

Then('the probes see that mail is relayed', function (this: MailWorld) {
  this.needs('outgoing')
  const plain = verdicts(this).filter(({ attempt }) => attempt.recipient === '<bob@there.example>')
  assert.ok(
    plain.some(({ rung, breach }) => rung === 'delivered' && breach),
    `nothing was delivered:\n${told(plain)}`,
  )
})
