import { describe, expect, test } from 'vitest'
import type { Exchanger, PathTrouble, Proxy, Scene } from '../contract.ts'
import { openScene } from '../scene.ts'

async function between(
  scene: Scene,
  trouble: PathTrouble,
): Promise<{ readonly exchanger: Exchanger; readonly proxy: Proxy }> {
  const exchanger = await scene.exchanger('mx1.there.example', { certificate: 'good' })
  const proxy = await scene.proxy({ host: exchanger.address, port: exchanger.port }, trouble)
  return { exchanger, proxy }
}

const place = (proxy: Proxy): { host: string; port: number } => ({ host: proxy.address, port: proxy.port })
const MESSAGE = { from: 'a@here.example', to: ['b@there.example'], content: Buffer.from('Subject: x\r\n\r\n.x\r\n') }

describe('a proxy in the path', () => {
  test.each<[string, PathTrouble]>([
    ['without trouble', {}],
    ['with latency', { latencyMilliseconds: 2 }],
    ['in single octets', { sliceOctets: 1 }],
    ['whose cuts are used up', { cut: { side: 'C', afterOctets: 0, by: 'reset', times: 0 } }],
  ])('carries everything: %s', async (_name, trouble) => {
    await using scene = await openScene()
    const { exchanger, proxy } = await between(scene, { ...trouble, from: scene.address('stranger') })
    const result = await scene.submit(place(proxy), { ...MESSAGE, tls: 'starttls' })
    expect(result.refused).toEqual([])
    expect(exchanger.received[0]).toMatchObject({ content: MESSAGE.content, secure: true })
    expect(exchanger.violations).toEqual([])
    expect(proxy.connections).toBe(1)
  })

  test('takes STARTTLS away: a client that may do without does, one that may not refuses', async () => {
    await using scene = await openScene()
    const { exchanger, proxy } = await between(scene, { stripsStarttls: true })
    await scene.submit(place(proxy), MESSAGE)
    const strict = await scene.submit(place(proxy), { ...MESSAGE, tls: 'starttls' })
    expect(exchanger.received.map(({ secure }) => secure)).toEqual([false])
    expect(strict.accepted).toEqual([])
    expect(strict.refused).toHaveLength(1)
  })

  test.each(['disconnect', 'reset', 'half-close', 'silence'] as const)(
    'cuts after a count of octets: %s',
    async (by) => {
      await using scene = await openScene()
      const { exchanger, proxy } = await between(scene, { cut: { side: 'C', afterOctets: 25, by } })
      const client = await scene.connect(place(proxy), { patience: 100 })
      await client.reply()
      await client.say('EHLO client.example')
      await client.send('NOOP\r\n')
      await expect(client.reply()).rejects.toThrow(by === 'silence' ? /No reply/ : /closed instead/)
      const heard = exchanger.conversations[0]?.spoken.filter(({ side }) => side === 'C').map(({ bytes }) => bytes)
      expect(Buffer.concat(heard ?? []).toString()).toBe('EHLO client.example\r\nNOOP')
    },
  )

  test('cuts the other direction, once', async () => {
    await using scene = await openScene()
    const { proxy } = await between(scene, { cut: { side: 'S', afterOctets: 3, by: 'disconnect', times: 1 } })
    const client = await scene.connect(place(proxy))
    await expect(client.reply()).rejects.toThrow(/heard: "220"/)
    expect((await (await scene.connect(place(proxy))).reply()).code).toBe(220)
  })
})
