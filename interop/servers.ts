/**
 * The reference server delivers to servers that nobody here wrote, smtp-sink with every fault that it has ready and a real
 * Postfix, and a real Postfix delivers to it: content arrives unchanged, and what fails is told or tried again.
 *
 * Both come from Debian's postfix package, unpacked below `POSTFIX_ROOT` or installed. Postfix itself needs root.
 */
import { openPostfix, postfixDomain } from './servers/postfix.ts'
import type { RunningPostfix } from './servers/postfix.ts'
import { checkSmtpSink } from './servers/smtp-sink.ts'
import { eventually, expect, runScript } from './support/checks.ts'
import type { Checks } from './support/checks.ts'
import { findPostfix, postfixRemedy } from './support/postfix.ts'
import type { PostfixPlace } from './support/postfix.ts'
import { openService } from './support/service.ts'
import type { Service } from './support/service.ts'

const sender = 'alice@here.example'
const asRoot = process.getuid?.() === 0

const openWorld = (checks: Checks): Promise<Service> =>
  openService(checks, {
    // Postfix resolves names at port 53 and delivers to port 25, wherever it is.
    ...(asRoot && { scene: { dnsPort: 53, exchangerPort: 25 } }),
    change: (usual, _scene, address) => ({
      ...usual,
      listeners: [{ role: 'relay', address, port: asRoot ? 25 : 0 }],
      relay: { trustedHosts: [...(usual.relay?.trustedHosts ?? []), '127.0.0.1'] },
    }),
  })

const contents: readonly {
  readonly what: string
  readonly user: string
  readonly to: string
  readonly content: string
}[] = [
  {
    what: 'dots, blanks, long lines and empty lines',
    user: 'bob',
    to: `bob@${postfixDomain}`,
    content: `Subject: TOKEN\r\n\r\n.\r\n..\r\n trailing blanks \t \r\n${'x'.repeat(990)}\r\n\r\n\r\nend\r\n\r\n`,
  },
  {
    what: '8BITMIME',
    user: 'bob',
    to: `bob@${postfixDomain}`,
    content:
      'Subject: TOKEN\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße, 世界\r\n',
  },
  {
    what: 'SMTPUTF8, in header and address',
    user: 'utf8',
    to: `用户@${postfixDomain}`,
    content: 'Subject: TOKEN\r\nX-Greeting: Grüße\r\n\r\n世界\r\n',
  },
  {
    what: '2 MB',
    user: 'bob',
    to: `bob@${postfixDomain}`,
    content: `Subject: TOKEN\r\n\r\n${`${'0123456789 '.repeat(6)}\r\n`.repeat(30_000)}`,
  },
]

const withLineFeeds = (content: string): Buffer => Buffer.from(content.replaceAll('\r\n', '\n'))

const checkPostfix = async (checks: Checks, service: Service, place: PostfixPlace): Promise<void> => {
  let opened: RunningPostfix | undefined
  await checks.check('a real Postfix starts beside us', async () => {
    opened = await openPostfix(checks, service.scene, place)
  })
  const postfix = opened
  if (postfix === undefined) return
  const submit = async (
    to: { host: string; port: number },
    from: string,
    recipient: string,
    content: string,
    dsn?: { notify: string },
  ) => {
    const { refused } = await service.scene.submit(to, {
      from,
      to: [recipient],
      content: Buffer.from(content),
      source: service.trusted,
      ...(dsn !== undefined && { dsn }),
    })
    if (refused.length > 0) throw new Error(`it was refused: ${JSON.stringify(refused)}`)
  }
  const relay = service.endpoint('relay')
  for (const [number, { what, user, to, content }] of contents.entries()) {
    await checks.check(`to Postfix, unchanged: ${what}`, async (evidence) => {
      const letter = content.replace('TOKEN', `postfix-${number}`)
      await submit(relay, sender, to, letter)
      await service.drained(15)
      const found = await eventually(10, async () =>
        (await postfix.mailbox(user)).find((message) => message.includes(`Subject: postfix-${number}\n`)),
      )
      evidence.note('Postfix', await postfix.log())
      evidence.note('arrived', found?.toString() ?? 'nothing')
      expect(
        found?.subarray(-withLineFeeds(letter).length).equals(withLineFeeds(letter)) === true,
        'it is not unchanged',
      )
    })
  }
  await checks.check('an address that Postfix does not know: the sender is told', async (evidence) => {
    await submit(relay, sender, `nobody@${postfixDomain}`, 'Subject: postfix-unknown\r\n\r\nHello.\r\n')
    await service.drained(15)
    evidence.note('Postfix', await postfix.log())
    const told = (await service.mailbox('alice')).filter((message) => message.includes('Subject: postfix-unknown\r\n'))
    expect(told.length === 1, `the sender was told ${told.length} times`)
    expect(told[0]?.includes('Status: 5.1.1') === true, `the notification has no status 5.1.1:\n${told[0]?.toString()}`)
  })
  await checks.check('NOTIFY=SUCCESS: Postfix tells the sender of the delivery, through us', async (evidence) => {
    await submit(relay, sender, `bob@${postfixDomain}`, 'Subject: postfix-success\r\n\r\nHello.\r\n', {
      notify: 'SUCCESS',
    })
    const told = await eventually(15, async () =>
      (await service.mailbox('alice')).find(
        (message) => message.includes('Subject: postfix-success') && message.includes('Action: delivered'),
      ),
    )
    evidence.note('Postfix', await postfix.log())
    expect(told !== undefined, 'no notification came')
  })
  await checks.check('from Postfix to a user here, over STARTTLS, unchanged', async (evidence) => {
    const letter = 'Subject: from-postfix\r\n\r\nHello.\r\n.\r\n..two dots\r\n'
    await submit(postfix, `bob@${postfixDomain}`, 'carol@here.example', letter)
    const found = await eventually(15, async () =>
      (await service.mailbox('carol')).find((message) => message.includes('Subject: from-postfix\r\n')),
    )
    evidence.note('Postfix', await postfix.log())
    evidence.note('arrived', found?.toString() ?? 'nothing')
    expect(found?.includes(letter.slice(letter.indexOf('Hello'))) === true, 'it is not unchanged')
    expect(found?.includes('with ESMTPS') === true, 'it did not come over TLS')
  })
  await postfix.stop()
}

await runScript(300, async (checks) => {
  const place = findPostfix()
  if (place === undefined) {
    checks.missing('smtp-sink takes mail from us', postfixRemedy)
    checks.missing('Postfix takes mail from us', postfixRemedy)
    return
  }
  const service = await openWorld(checks)
  const send = async (recipient: string, content: string): Promise<void> => {
    const { refused } = await service.scene.submit(service.endpoint('relay'), {
      from: sender,
      to: [recipient],
      content: Buffer.from(content),
      source: service.trusted,
    })
    if (refused.length > 0) throw new Error(`it was refused: ${JSON.stringify(refused)}`)
  }
  await checkSmtpSink({ checks, service, postfix: place, send })
  if (asRoot) await checkPostfix(checks, service, place)
  else checks.missing('Postfix takes mail from us', 'it needs root')
  await checks.check('afterwards nothing waits, and the server ends cleanly', async () => {
    await service.drained(15)
    const code = await service.stop()
    expect(code === 0, `exit code ${code}\n${service.console()}`)
  })
})
