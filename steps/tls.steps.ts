/**
 * TLS seen from outside: which handshakes a listener takes, and what it shows and asks in them.
 */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Given, Then } from '@cucumber/cucumber'
import { isResumed, lookAtHandshake } from '../simulators/clients/handshake.ts'
import type { HandshakeFacts } from '../simulators/clients/handshake.ts'
import { connect, stranger, textOf } from './wire/wire.ts'
import type { Role } from './wire/wire.ts'
import { scratchFolder } from '../targets/scratch.ts'
import type { MailWorld } from './world.ts'

type Version = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

const shake = async (world: MailWorld, version: Version, ciphers?: string): Promise<HandshakeFacts> => {
  await world.serverRuns()
  const from = world.sourceOf(world.person('mallory'))
  return lookAtHandshake(world.endpoint('submissions'), {
    from,
    version,
    ...(ciphers !== undefined && { ciphers }),
  })
}

/** A client that can do old versions at all needs OpenSSL's lowest level of security. */
Then(
  /^a handshake with (TLSv1(?:\.[123])?) (succeeds|fails)$/,
  async function (this: MailWorld, version: Version, how: string) {
    const old = version === 'TLSv1' || version === 'TLSv1.1'
    const { protocol, fault } = await shake(this, version, old ? 'DEFAULT@SECLEVEL=0' : undefined)
    assert.equal(protocol, how === 'succeeds' ? version : undefined, fault)
  },
)

Then('a handshake with the ciphers {string} fails', async function (this: MailWorld, ciphers: string) {
  const { protocol, cipher } = await shake(this, 'TLSv1.2', `${ciphers}:@SECLEVEL=0`)
  assert.equal(protocol, undefined, `${cipher ?? ''} was agreed on`)
})

Then('no certificate is asked of the client', async function (this: MailWorld) {
  const { protocol, askedForCertificate, fault } = await shake(this, 'TLSv1.2')
  assert.equal(protocol, 'TLSv1.2', fault)
  assert.equal(askedForCertificate, false)
})

Then('TLS is closed before the connection is', async function (this: MailWorld) {
  const { closedProperly, fault } = await shake(this, 'TLSv1.2')
  assert.ok(closedProperly, fault ?? 'the last record was no alert')
})

Then('a second handshake does not resume the session of the first', async function (this: MailWorld) {
  await this.serverRuns()
  assert.equal(await isResumed(this.endpoint('submissions')), false, 'the session was resumed')
})

/** Whether or not it is taken there: what was said before is worth nothing. */
Then(
  /^MAIL right after (the handshake|a refused EHLO) is answered as it is right after the greeting$/,
  async function (this: MailWorld, moment: string) {
    const mail = 'MAIL FROM:<bob@there.example>'
    const fresh = await connect(this, stranger)
    await fresh.reply()
    const before = await fresh.say(mail)
    await fresh.close()
    const wire = await connect(this, stranger)
    await wire.reply()
    if (moment === 'the handshake') {
      this.needs('tls', 'offers no TLS')
      await wire.say('EHLO client.example')
      assert.equal((await wire.say('STARTTLS')).code, 220)
      await wire.secure()
    } else assert.match(String((await wire.say('EHLO')).code), /^5/)
    const after = await wire.say(mail)
    assert.equal(
      after.code,
      before.code,
      `right after the greeting it is\n${textOf(before)}\nand then\n${textOf(after)}`,
    )
  },
)

Given('the server has a good certificate for {host}', async function (this: MailWorld, name: string) {
  const { cert, key } = await this.scene.certificate('good', name)
  const folder = await scratchFolder()
  this.onClose(() => rm(folder, { recursive: true, force: true }))
  const [certificate, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  await Promise.all([writeFile(certificate, cert), writeFile(keyFile, key)])
  this.settings = { ...this.settings, tls: { ...this.settings.tls, certificate, key: keyFile } }
})

Then(
  'a client that trusts its authority can verify {host} on the {listenerRole} listener',
  async function (this: MailWorld, serverName: string, role: 'relay' | 'submission' | 'submissions') {
    const as = { authority: this.scene.authority, serverName }
    if (role === 'submissions') {
      await this.serverRuns()
      const wire = await this.scene.connect(this.endpoint(role), { implicitTls: as, title: 'a client that verifies' })
      await wire.reply()
      return
    }
    const wire = await connect(this, stranger, role)
    await wire.reply()
    await wire.say('EHLO client.example')
    assert.equal((await wire.say('STARTTLS')).code, 220)
    await wire.secure(as)
  },
)

/** What the server shows after STARTTLS, or at once. */
const shownCertificate = async (world: MailWorld, role: Role): Promise<Uint8Array> => {
  world.needs('tls', 'offers no TLS')
  const wire = await connect(world, stranger, role)
  await wire.reply()
  if (role !== 'submissions') {
    await wire.say('EHLO client.example')
    assert.equal((await wire.say('STARTTLS')).code, 220)
    await wire.secure()
  }
  assert.ok(wire.certificate !== undefined, 'no certificate was shown')
  return wire.certificate
}

const certificateNames = (certificate: Uint8Array): readonly string[] =>
  (new X509Certificate(certificate).subjectAltName ?? '').split(', ')

Then(
  'the certificate on the {listenerRole} listener names {host}',
  async function (this: MailWorld, role: Role, host: string) {
    const names = certificateNames(await shownCertificate(this, role))
    assert.ok(names.includes(`DNS:${host}`), `it names ${names.join(', ')}`)
  },
)

/** id-on-dnsSRV (RFC 4985 §2) with its tag and length, then two tags and lengths before the name. */
const srvKind = Buffer.from('06082b06010505070807', 'hex')

/** The alternative names of that kind, read from the octets: the library shows none. */
const servicesOf = (certificate: Uint8Array): readonly string[] => {
  const octets = Buffer.from(certificate)
  const found: string[] = []
  for (let at = octets.indexOf(srvKind); at !== -1; at = octets.indexOf(srvKind, at + 1)) {
    const name = at + srvKind.length + 4
    found.push(octets.toString('latin1', name, name + octets.readUInt8(name - 1)))
  }
  return found
}

Then(
  'the certificate on the {listenerRole} listener is for the service {word}',
  async function (this: MailWorld, role: Role, service: string) {
    const found = servicesOf(await shownCertificate(this, role))
    assert.ok(found.includes(service), `it is for ${found.join(', ') || 'no service'}`)
  },
)

Then(
  'a client that says hello in clear on the submissions listener gets no greeting',
  async function (this: MailWorld) {
    await this.serverRuns()
    const wire = await this.scene.connect(this.endpoint('submissions'), { title: 'a client in clear' })
    await wire.send('EHLO client.example\r\n')
    assert.ok(await wire.closed(), 'the connection is still open')
    // An alert of TLS is no answer of SMTP.
    assert.ok(
      wire.replies.every(({ raw }) => raw[0] === 0x15 && raw[1] === 3),
      'it was answered in clear',
    )
  },
)
