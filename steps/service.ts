/**
 * The mail service that every scenario starts from: here.example, with alice and carol, one trusted network, the usual
 * methods of authentication, and a listener of each role. A Given changes what its scenario is about, and nothing else.
 */
import type { SettingsDocument } from '../server/settings/schema.ts'
import type { Scene } from '../simulators/contract.ts'
import { passwordOf } from './cast.ts'

export const serviceSettings = (scene: Scene, address: string): SettingsDocument => ({
  smtp: { enabled: true },
  hostName: 'mail.here.example',
  incoming: { allowed: true, domains: ['here.example'] },
  listeners: [
    { role: 'relay', address, port: 0 },
    { role: 'submission', address, port: 0 },
    { role: 'submissions', address, port: 0 },
  ],
  authentication: {
    methods: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'],
    failureDelay: '0ms',
  },
  relay: { trustedHosts: [scene.trustedNetwork] },
  outgoing: { nameServers: [scene.dns.endpoint], port: scene.exchangerPort, refuseLoopback: false },
  users: [
    { name: 'alice', fullName: 'Alice Archer', password: passwordOf('alice') },
    { name: 'carol', fullName: 'Carol Carter', password: passwordOf('carol') },
  ],
})

/** Sets one field by its dotted name (`queue.lifetime`), making the objects on the way. */
export const setField = (document: SettingsDocument, name: string, value: unknown): SettingsDocument => {
  const copy = structuredClone(document) as Record<string, unknown>
  const path = name.split('.')
  let place = copy
  for (const part of path.slice(0, -1)) {
    const inner = place[part]
    const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {}
    place[part] = next
    place = next
  }
  place[path.at(-1) ?? name] = value
  return copy
}

/** A value as a table or sentence writes it: JSON where it parses as JSON, text where it does not. */
export const readValue = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
