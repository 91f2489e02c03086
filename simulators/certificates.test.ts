import { X509Certificate, createPrivateKey } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { expect, test } from 'vitest'
import { createAuthority } from './certificates.ts'

test('leaves are wrong in one way each', async () => {
  const authority = await createAuthority()
  const root = new X509Certificate(authority.pem)
  expect(root.ca).toBe(true)
  const facts = async (kind: Parameters<typeof authority.issue>[0]): Promise<unknown> => {
    const { cert, key } = await authority.issue(kind, 'mx1.there.example', ['127.1.2.3'])
    const leaf = new X509Certificate(cert)
    return {
      key: leaf.checkPrivateKey(createPrivateKey(key)),
      signed: leaf.verify(root.publicKey),
      named: leaf.checkHost('mx1.there.example') !== undefined,
      addressed: leaf.checkIP('127.1.2.3') !== undefined,
      current: leaf.validToDate.getTime() > Date.now(),
    }
  }
  const good = { key: true, signed: true, named: true, addressed: true, current: true }
  expect(await facts('good')).toEqual(good)
  expect(await facts('revoked')).toEqual(good)
  expect(await facts('expired')).toEqual({ ...good, current: false })
  expect(await facts('wrong-name')).toEqual({ ...good, named: false, addressed: false })
  expect(await facts('self-signed')).toEqual({ ...good, signed: false })
  expect(await authority.issue('good', 'mx1.there.example', ['127.1.2.3'])).toBe(
    await authority.issue('good', 'mx1.there.example', ['127.1.2.3']),
  )
  const crl = await authority.revocationList()
  expect(() => createSecureContext({ ca: authority.pem, crl })).not.toThrow()
})
