import { describe, expect, test } from 'vitest'
import type { Exchanger } from './contract.ts'
import { createAuthority } from './certificates.ts'
import { openScene } from './scene.ts'

function place(exchanger: Exchanger): { host: string; port: number } {
  return { host: exchanger.address, port: exchanger.port }
}

describe('a scene', () => {
  test('scenes share no address; strangers and trusted hosts come from different networks', async () => {
    await using one = await openScene()
    await using other = await openScene()
    const purposes = ['server', 'exchanger', 'stranger', 'trusted'] as const
    const given = [one, other].flatMap((scene) => purposes.map((purpose) => scene.address(purpose)))
    expect(new Set(given).size).toBe(8)
    expect(given.filter((address) => !address.startsWith('127.') || address === '127.0.0.1')).toEqual([])
    const [network = ''] = one.trustedNetwork.split('/')
    const [, , stranger = '', trusted = ''] = given
    const lowest = Number(network.split('.')[3])
    expect(one.trustedNetwork).toMatch(/^127\.\d+\.\d+\.192\/26$/)
    expect(trusted.replace(/\d+$/, '')).toBe(network.replace(/\d+$/, ''))
    expect(Number(trusted.split('.')[3])).toBeGreaterThanOrEqual(lowest)
    expect(Number(stranger.split('.')[3])).toBeLessThan(lowest)
  })

  test('addresses end with a sentence, not with somebody else’s', async () => {
    await using scene = await openScene()
    expect(() => Array.from({ length: 100 }, () => scene.address('stranger'))).toThrow(/no more addresses for stranger/)
  })

  test('an address that cannot be bound is told with its remedy', async () => {
    await expect(openScene({ blocks: ['192.0.2'] })).rejects.toThrow(
      /192\.0\.2\.1 cannot be bound.*sudo ifconfig lo0 alias/,
    )
  })

  test('names of exchangers resolve both ways', async () => {
    await using scene = await openScene()
    const exchanger = await scene.exchanger('mx1.there.example')
    expect(scene.exchangers).toEqual([exchanger])
    expect(exchanger.port).toBe(scene.exchangerPort)
    scene.dns.zone('there.example. MX 10 mx1.there.example.')
    const { Resolver } = await import('node:dns/promises')
    const resolver = new Resolver()
    resolver.setServers([scene.dns.endpoint])
    expect(await resolver.resolve4('mx1.there.example')).toEqual([exchanger.address])
    expect(await resolver.reverse(exchanger.address)).toEqual(['mx1.there.example'])
  })

  test('an authority is made once when needed, or handed over', async () => {
    const authority = await createAuthority()
    await using one = await openScene({ authority })
    expect(one.authority).toBe(authority.pem)
    expect(await one.certificate('good', 'x.example')).toBe(await authority.issue('good', 'x.example'))
    await using other = await openScene()
    expect(() => other.authority).toThrow(/No authority yet/)
    await other.exchanger('mx1.there.example', { certificate: 'good' })
    expect(other.authority).toContain('BEGIN CERTIFICATE')
    expect(other.authority).not.toBe(authority.pem)
  })

  test('everything is closed with it, also what is being said', async () => {
    const scene = await openScene()
    const exchanger = await scene.exchanger('mx1.there.example')
    const library = await scene.exchanger('mx2.there.example', { library: true })
    const proxy = await scene.proxy(place(exchanger))
    const clients = [
      await scene.connect(place(exchanger)),
      await scene.connect(place(library)),
      await scene.connect({ host: proxy.address, port: proxy.port }),
    ]
    await clients[0]?.reply()
    exchanger.declare({ at: 'MAIL', misbehaviour: { do: 'delay', milliseconds: 60_000 } })
    await clients[0]?.say('EHLO client.example')
    await clients[0]?.send('MAIL FROM:<a@here.example>\r\n')
    const submission = scene.submit(place(exchanger), { from: 'a@here.example', to: ['b@there.example'] })
    await scene.close()
    await scene.close()
    expect((await submission).accepted).toEqual([])
    expect(exchanger.violations).toEqual([])
    for (const one of [exchanger, library, { address: proxy.address, port: proxy.port }]) {
      await using after = await openScene()
      await expect(after.connect({ host: one.address, port: one.port })).rejects.toThrow(/ECONNREFUSED/)
    }
  })

  test('all conversations are kept, oldest first, also those that did not come about', async () => {
    await using scene = await openScene()
    const exchanger = await scene.exchanger('mx1.there.example')
    await scene.connect(place(exchanger), { title: 'mallory → mx1' })
    await exchanger.shut()
    await expect(scene.connect(place(exchanger), { title: 'too late' })).rejects.toThrow(/ECONNREFUSED/)
    const titles = scene.conversations.map(({ title }) => title)
    expect(titles[0]).toBe('mallory → mx1')
    expect(titles.at(-1)).toBe('too late')
    expect(scene.conversations.at(-1)?.spoken[0]?.note).toMatch(/not connected: .*ECONNREFUSED/)
  })
})
