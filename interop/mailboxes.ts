/**
 * Mail for users here goes on to a POP and IMAP service that nobody here wrote: a real Dovecot takes it over LMTP, and its
 * users find it over POP3 and IMAP. Nobody's mail waits, comes back or comes twice because of somebody else's.
 *
 * Needs Linux and root, Debian's packages of Dovecot (fetched, not installed) and curl.
 */
import { whyNot } from '../targets/box/packages.ts'
import { lmtpPort, openDovecot } from './servers/dovecot.ts'
import type { RunningDovecot } from './servers/dovecot.ts'
import { eventually, expect, runScript } from './support/checks.ts'
import type { Checks } from './support/checks.ts'
import { findProgram } from './support/program.ts'
import { openService } from './support/service.ts'
import type { Service } from './support/service.ts'

const smallQuota = 40_000

const contents: readonly { readonly what: string; readonly content: string }[] = [
  {
    what: 'dots, blanks, long lines and empty lines',
    content: `Subject: TOKEN\r\n\r\n.\r\n..\r\n trailing blanks \t \r\n${'x'.repeat(990)}\r\n\r\n\r\nend\r\n\r\n`,
  },
  {
    what: '8BITMIME',
    content:
      'Subject: TOKEN\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße, 世界\r\n',
  },
  { what: 'no body at all', content: 'Subject: TOKEN\r\n\r\n' },
  { what: '600 KB', content: `Subject: TOKEN\r\n\r\n${`${'0123456789 '.repeat(6)}\r\n`.repeat(9000)}` },
]

const has = (message: Buffer, token: string): boolean => message.includes(`Subject: ${token}\r\n`)

const checkDelivery = async (checks: Checks, service: Service, dovecot: RunningDovecot): Promise<void> => {
  const send = async (to: readonly string[], content: string, from = 'mallory@elsewhere.example'): Promise<void> => {
    const { refused } = await service.scene.submit(service.endpoint('relay'), {
      from,
      to,
      content: Buffer.from(content),
      source: service.trusted,
    })
    expect(refused.length === 0, `it was refused: ${JSON.stringify(refused)}`)
  }
  const holding = async (name: string, token: string): Promise<readonly Buffer[]> =>
    (await dovecot.overPop3(name)).filter((message) => has(message, token))

  for (const [number, { what, content }] of contents.entries()) {
    await checks.check(`${what}: found over POP3 and IMAP, unchanged`, async (evidence) => {
      const token = `whole-${number}`
      const letter = Buffer.from(content.replace('TOKEN', token))
      await send(['alice@here.example'], letter.toString())
      await service.drained(15)
      evidence.note('Dovecot', await dovecot.log())
      for (const [way, found] of [
        ['POP3', await dovecot.overPop3('alice')],
        ['IMAP', await dovecot.overImap('alice')],
      ] as const) {
        const [message, ...more] = found.filter((one) => has(one, token))
        expect(message !== undefined && more.length === 0, `${way} gives it ${more.length + 1} times, or not at all`)
        expect(message?.subarray(-letter.length).equals(letter) === true, `over ${way} it is not unchanged`)
        const head = message?.subarray(0, -letter.length).toString() ?? ''
        expect(/^Return-Path: <mallory@elsewhere\.example>\r$/m.test(head), `no Return-Path:\n${head}`)
        expect(
          /\bby mail\.here\.example with ESMTP/.test(head.replaceAll(/\r\n\s+/g, ' ')),
          `no trace of ours:\n${head}`,
        )
      }
    })
  }

  await checks.check('one message, four recipients: taken, full, unknown, and an alias', async (evidence) => {
    await send(['carol@here.example'], `Subject: filling\r\n\r\n${`${'y'.repeat(70)}\r\n`.repeat(450)}`)
    await service.drained(15)
    const letter = `Subject: apart\r\n\r\n${`${'z'.repeat(70)}\r\n`.repeat(200)}`
    await send(
      ['alice@here.example', 'carol@here.example', 'erin@here.example', 'office@here.example'],
      letter,
      'dan@here.example',
    )
    const waiters = await eventually(10, async () => {
      const found = await service.waiting()
      return found.length === 1 && found.every(({ attempts }) => attempts > 0) ? found : undefined
    })
    const [waiting, ...others] = waiters ?? (await service.waiting())
    evidence.note('Dovecot', await dovecot.log())
    expect(waiting?.address === 'carol@here.example' && others.length === 0, `there wait ${JSON.stringify(waiting)}`)
    expect(waiting?.trouble?.status === '4.2.2', `carol waits because of ${JSON.stringify(waiting?.trouble)}`)
    expect((await holding('alice', 'apart')).length === 1, 'alice has it not, or twice')
    const forDan = await dovecot.overPop3('dan')
    expect(
      forDan.filter((one) => one.subarray(0, 2000).includes('Subject: apart\r\n')).length > 0,
      'the alias led nowhere',
    )
    const told = forDan.filter((one) => one.includes('erin@here.example') && one.includes('Action: failed'))
    expect(told.length === 1, `dan was told ${told.length} times of erin`)
    expect(told[0]?.includes('Status: 5.1.1') === true, 'the notification has no status 5.1.1')
    return `${waiting?.trouble?.status}: ${waiting?.trouble?.reason}`
  })
  await checks.check('carol makes room, and gets hers; nobody gets it again', async (evidence) => {
    await dovecot.empty('carol')
    await service.flush()
    await service.drained(15)
    evidence.note('Dovecot', await dovecot.log())
    expect((await holding('carol', 'apart')).length === 1, 'carol has it not, or twice')
    expect((await holding('alice', 'apart')).length === 1, 'alice has it not, or twice')
  })
  await checks.check('the service is killed, mail waits, it comes back and gets it once', async (evidence) => {
    await dovecot.kill()
    for (const number of [1, 2, 3]) await send(['alice@here.example'], `Subject: away-${number}\r\n\r\nHello.\r\n`)
    const waiting = await service.waiting()
    expect(waiting.length === 3, `${waiting.length} wait`)
    await dovecot.start()
    await service.flush()
    await service.drained(15)
    evidence.note('Dovecot', await dovecot.log())
    for (const number of [1, 2, 3]) {
      const found = await holding('alice', `away-${number}`)
      expect(found.length === 1, `message ${number} is there ${found.length} times`)
    }
  })
  await checks.check('twenty messages to two users, at once', async (evidence) => {
    const numbers = Array.from({ length: 20 }, (_, number) => number)
    await Promise.all(
      numbers.map((number) =>
        send(['alice@here.example', 'dan@here.example'], `Subject: crowd-${number}-\r\n\r\nHello.\r\n`),
      ),
    )
    await service.drained(20)
    evidence.note('Dovecot', await dovecot.log())
    for (const name of ['alice', 'dan']) {
      const found = await dovecot.overPop3(name)
      const lost = numbers.filter((number) => found.filter((one) => has(one, `crowd-${number}-`)).length !== 1)
      expect(lost.length === 0, `${name} has these not once: ${lost.join(', ')}`)
    }
  })
}

await runScript(300, async (checks) => {
  const reason = whyNot() ?? (findProgram('curl') === undefined ? 'needs curl' : undefined)
  if (reason !== undefined) {
    checks.missing('Dovecot takes mail from us over LMTP', reason)
    return
  }
  let host = ''
  const service = await openService(checks, {
    change: (usual, scene) => {
      host = scene.address('exchanger')
      return {
        ...usual,
        mailboxes: { lmtp: { host, port: lmtpPort } },
        // erin is a user here, and the service does not know her
        users: [...(usual.users ?? []), ...['dan', 'erin'].map((name) => ({ name, password: `${name}'s password` }))],
        aliases: [{ address: 'office', to: ['dan'] }],
      }
    },
  })
  let opened: RunningDovecot | undefined
  await checks.check(
    'a real Dovecot starts beside us',
    async () => {
      opened = await openDovecot(checks, host, [
        { name: 'alice' },
        { name: 'carol', quota: smallQuota },
        { name: 'dan' },
      ])
      return opened.version
    },
    200,
  )
  if (opened === undefined) return
  await checkDelivery(checks, service, opened)
  await checks.check('afterwards nothing waits, and the server ends cleanly', async () => {
    await service.drained(15)
    const code = await service.stop()
    expect(code === 0, `exit code ${code}\n${service.console()}`)
  })
})
