import type { PeerCertificate } from 'node:tls'
import { expect, test } from 'vitest'
import { checkIdentity } from './identity.ts'

const certificate = (commonName: string, alternatives?: string): PeerCertificate =>
  ({
    subject: { CN: commonName },
    ...(alternatives !== undefined && { subjectaltname: alternatives }),
  }) as PeerCertificate

test.each<[string, string, string | undefined, boolean]>([
  ['mx.there.example', 'x', 'DNS:mx.there.example', true],
  ['mx.there.example', 'x', 'DNS:other.example, DNS:mx.there.example', true],
  ['mx.there.example', 'mx.there.example', 'DNS:other.example', false],
  ['mx.there.example', 'mx.there.example', undefined, true],
  ['mx.there.example', 'x', 'DNS:*.there.example', true],
  ['a.mx.there.example', 'x', 'DNS:*.there.example', false],
  ['mx.there.example', 'x', 'DNS:m*.there.example', false],
  ['mx.there.example', 'm*.there.example', undefined, false],
  // An address beside it must not bring the common name back
  ['mx.there.example', 'm*.there.example', 'DNS:m*.there.example, IP Address:192.0.2.1', false],
  ['mx.there.example', 'mx.there.example', 'DNS:m*.there.example, IP Address:192.0.2.1', false],
  ['mx.there.example', 'm*.there.example', 'IP Address:192.0.2.1', false],
  ['192.0.2.1', 'x', 'DNS:m*.there.example, IP Address:192.0.2.1', true],
  ['192.0.2.2', '192.0.2.2', 'IP Address:192.0.2.1', false],
])('%s with CN %s and %s: %s', (name, commonName, alternatives, fits) => {
  expect(checkIdentity(name, certificate(commonName, alternatives)) === undefined).toBe(fits)
})
