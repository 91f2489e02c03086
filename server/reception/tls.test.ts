import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTestClock, houseSettings } from './fixture.ts'
import { makeSelfSigned } from './self-signed.ts'
import { createTlsKeeper } from './tls.ts'

const clock = createTestClock()
const keeper = () => createTlsKeeper({ secret: (octets) => randomBytes(octets) }, clock)

describe('a self-signed certificate', () => {
  test.each([
    ['mx.here.example', 'CN=mx.here.example', 'DNS:mx.here.example'],
    ['b\u00fccher.example', 'CN=xn--bcher-kva.example', 'DNS:xn--bcher-kva.example'],
    ['192.0.2.25', 'CN=192.0.2.25', 'IP Address:192.0.2.25'],
    [`${'a'.repeat(60)}.here.example`, `CN=${'a'.repeat(60)}.her`, `DNS:${'a'.repeat(60)}.here.example`],
  ])('for %s', (host, subject, alternative) => {
    const made = makeSelfSigned(host, [], randomBytes(16), clock.now())
    const certificate = new X509Certificate(made.certificate)
    expect(certificate.subject).toBe(subject)
    expect(certificate.issuer).toBe(subject)
    expect(certificate.subjectAltName).toBe(alternative)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.validFromDate.getTime()).toBeLessThan(clock.now())
    expect(certificate.validToDate.getTime()).toBeGreaterThan(clock.now() + 365 * 86_400_000)
  })

  test('names the domains that are served, and their services', () => {
    const made = makeSelfSigned(
      'mx.here.example',
      ['here.example', 'b\u00fccher.example'],
      randomBytes(16),
      clock.now(),
    )
    const { subjectAltName, raw } = new X509Certificate(made.certificate)
    expect(subjectAltName).toContain('DNS:mx.here.example, DNS:here.example, DNS:xn--bcher-kva.example, othername:')
    expect(raw.toString('latin1')).toContain('_submissions.xn--bcher-kva.example')
  })

  test('is dated well beyond the middle of the century', () => {
    const made = makeSelfSigned('mx.here.example', [], randomBytes(16), Date.UTC(2045, 0, 1))
    expect(new X509Certificate(made.certificate).validToDate.getUTCFullYear()).toBe(2054)
  })
})

describe('the keeper', () => {
  test('keeps one certificate for a name', async () => {
    const one = keeper()
    expect(one.current()).toBeUndefined()
    expect(await one.renew(houseSettings())).toBeUndefined()
    const first = one.current()?.endPoint
    await one.renew(houseSettings())
    expect(one.current()?.endPoint).toEqual(first)
    await one.renew(houseSettings({ hostName: 'other.example' }))
    expect(one.current()?.endPoint).not.toEqual(first)
  })

  test('reads files, and keeps what it has when they are no good', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tls-'))
    try {
      const made = makeSelfSigned('mx.here.example', [], randomBytes(16), clock.now())
      const tls = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') }
      await writeFile(tls.certificate, made.certificate)
      await writeFile(tls.key, made.key)
      const one = keeper()
      expect(await one.renew(houseSettings({ tls }))).toBeUndefined()
      const hash = createHash('sha256').update(new X509Certificate(made.certificate).raw).digest()
      expect(one.current()?.endPoint).toEqual(hash)
      await writeFile(tls.key, 'not a key')
      expect(await one.renew(houseSettings({ tls }))).toMatch(/^The certificate or its key/)
      expect(one.current()?.endPoint).toEqual(hash)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
