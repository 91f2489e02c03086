import { afterEach, describe, expect, test } from 'vitest'
import type { Exchanger, Scene } from './contract.ts'
import { openScene } from './scene.ts'
import type { SceneOptions } from './scene.ts'

function place(exchanger: Exchanger): { host: string; port: number } {
  return { host: exchanger.address, port: exchanger.port }
}

describe('a scene', () => {
  const open: Scene[] = []
  const scene = async (options: SceneOptions = {}): Promise<Scene> => {
    const opened = await openScene(options)
    open.push(opened)
    return opened
  }
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  test('two scenes share no address and no port holder', async () => {
    const [one, other] = await Promise.all([scene(), scene()])
    const given = [one, other].flatMap((each) =>
      (['server', 'exchanger', 'stranger', 'trusted'] as const).map((purpose) => each.address(purpose)),
    )
    expect(new Set(given).size).toBe(8)
    expect(given.every((address) => address.startsWith('127.') && address !== '127.0.0.1')).toBe(true)
  })

  test('a message goes from the wire client to an exchanger, byte for byte', async () => {
    const here = await scene()
    const exchanger = await here.exchanger('mx1.there.example')
    const client = await here.connect(place(exchanger), { from: here.address('stranger') })
    expect((await client.reply()).code).toBe(220)
    expect((await client.say('EHLO client.example')).lines).toContain('PIPELINING')
    expect((await client.say('MAIL FROM:<alice@here.example> SIZE=100')).code).toBe(250)
    expect((await client.say('RCPT TO:<bob@there.example> NOTIFY=NEVER')).enhanced).toBe('2.1.5')
    expect((await client.say('DATA')).code).toBe(354)
    await client.send('Subject: x\r\n\r\n..dot\r\n.\r\n', [3])
    expect((await client.reply()).code).toBe(250)
    expect((await client.say('QUIT')).code).toBe(221)
    expect(await client.closed()).toBe(true)
    expect(exchanger.violations).toEqual([])
    expect(exchanger.received).toHaveLength(1)
    expect(exchanger.received[0]).toMatchObject({
      helo: 'client.example',
      verb: 'EHLO',
      secure: false,
      reversePath: 'alice@here.example',
      mailParameters: { SIZE: '100' },
      recipients: [{ address: 'bob@there.example', parameters: { NOTIFY: 'NEVER' } }],
      content: Buffer.from('Subject: x\r\n\r\n.dot\r\n'),
      by: 'DATA',
    })
  })
})
