/**
 * The report's page in a real browser: its first screen says what it must without scrolling, on a desk and on a phone, dark
 * and light; filters combine and stand in the address; the keyboard reaches everything; nothing is asked of the network
 * and nothing is complained about on the console.
 *
 *     node interop/page.ts [FOLDER for screenshots and the PDF]
 *
 * The page is that of a real run. Chromium is found on PATH or named by CHROMIUM.
 */
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, runScript } from './support/checks.ts'
import { findChromium, openChromium } from './support/chromium.ts'
import type { Page } from './support/chromium.ts'
import { run } from './support/program.ts'

const desk = [1366, 768] as const
const phone = [390, 844] as const

/** Waits until an expression of the page is true. */
const until = async (page: Page, expression: string): Promise<void> => {
  const deadline = performance.now() + 10_000
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (performance.now() > deadline) throw new Error(`it never became true: ${expression}`)
    await setTimeout(20)
  }
}

const tablesStand = `document.getElementById('all').dataset.milliseconds`
const shown = `document.getElementById('shown').textContent`
const counts = async (page: Page): Promise<readonly number[]> =>
  [...(await page.evaluate<string>(shown)).matchAll(/\d+/g)].map(([digits]) => Number(digits))

/** Filters by what stands after `#`, as somebody does who was sent the address. */
const filter = async (page: Page, hash: string): Promise<readonly number[]> => {
  await page.evaluate(
    `delete document.getElementById('all').dataset.milliseconds; history.replaceState(undefined, '', '#${hash}'); dispatchEvent(new Event('hashchange'))`,
  )
  await until(page, tablesStand)
  return counts(page)
}

await runScript(300, async (checks) => {
  const program = findChromium()
  if (program === undefined) {
    checks.missing('the page in a browser', 'apt-get install chromium')
    return
  }
  const out = process.argv[2] ?? join(checks.folder, 'pictures')
  await mkdir(out, { recursive: true })
  const folder = join(checks.folder, 'report')
  await checks.check(
    'a run against two servers leaves a page',
    async () => {
      const words = ['cli/main.ts', 'verify', 'features/mail-service', 'features/session/opening.feature']
      const ran = await run(process.execPath, [...words, '--target', 'reference,smtp-server', '--report-dir', folder], {
        seconds: 200,
      })
      expect((await stat(join(folder, 'report.html'))).size > 10_000, ran.output)
    },
    220,
  )
  const page = await openChromium(program)
  checks.stops.defer(() => page.close())
  const file = join(folder, 'report.html')

  for (const scheme of ['light', 'dark'] as const) {
    await checks.check(`the first screen answers without scrolling, ${scheme}`, async () => {
      await page.scheme(scheme)
      await page.size(...desk)
      await page.open(file)
      await until(page, tablesStand)
      await page.screenshot(join(out, `desk-${scheme}.png`))
      const bottom = await page.evaluate<number>(
        `Math.max(...[...document.querySelectorAll('.questions article, .stories')].map((one) => one.getBoundingClientRect().bottom))`,
      )
      expect(bottom <= desk[1], `the answers end at ${bottom} of ${desk[1]}`)
      const text = await page.evaluate<string>(`document.querySelector('.questions').textContent`)
      for (const word of [
        'open relay',
        'Enabling SMTP',
        'Incoming mail',
        'Authenticated relay',
        'edited',
        'MUST tried',
      ])
        expect(text.includes(word), `"${word}" does not stand there: ${text}`)
      const dark = await page.evaluate<boolean>(
        `(([red]) => Number(red) < 128)(getComputedStyle(document.body).backgroundColor.match(/\\d+/g))`,
      )
      expect(dark === (scheme === 'dark'), 'the paper has the wrong colour')
    })
  }
  await checks.check('nothing is wider than a phone', async () => {
    await page.size(...phone)
    await page.open(file)
    await until(page, tablesStand)
    await page.screenshot(join(out, 'phone.png'))
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    expect(width <= phone[0], `it is ${width} wide`)
    await page.size(...desk)
  })
  await checks.check('filters combine', async () => {
    const [, allRows = 0, all = 0] = await filter(page, '')
    const [rows = 0, , verdict = 0] = await filter(page, 'verdict=pass')
    const [, , both = 0] = await filter(page, 'verdict=pass&target=smtp-server')
    const [, , three = 0] = await filter(page, 'verdict=pass&target=smtp-server&role=receiver&level=MUST')
    const [, , none = -1] = await filter(page, 'find=no+such+words+anywhere')
    const [, , evidence = 0] = await filter(page, 'find=MAIL+FROM&evidence=yes')
    expect(allRows > 0 && rows > 0 && rows <= allRows, `${rows} of ${allRows} requirements`)
    expect(all >= verdict && verdict > both && both >= three && three > 0, `${all} ${verdict} ${both} ${three}`)
    expect(none === 0, `${none} scenarios hold words that stand nowhere`)
    expect(evidence > 0, 'nothing was found in the evidence')
  })
  await checks.check('what is typed stands in the address, and clearing takes it out', async () => {
    await filter(page, '')
    await page.evaluate('document.activeElement.blur()')
    await page.press('/')
    for (const letter of 'relay') await page.press(letter)
    await until(page, `location.hash === '#find=relay'`)
    await page.evaluate(`document.querySelector('.filters button[type=reset]').click()`)
    await until(page, `location.hash === ''`)
  })
  await checks.check('the keyboard goes from cell to cell, opens one and closes it', async () => {
    await filter(page, 'source=mail-service')
    await page.evaluate(`document.querySelector('#matrix .group').open = true`)
    await until(page, `document.querySelector('#matrix td button')`)
    await page.evaluate(`document.querySelector('#matrix td button').focus()`)
    const before = await page.evaluate<string>('document.activeElement.getAttribute("aria-label")')
    await page.press('ArrowDown')
    const after = await page.evaluate<string>('document.activeElement.getAttribute("aria-label")')
    expect(before !== after, `the focus stayed at ${before}`)
    await page.press('Enter')
    await until(page, `document.querySelector('dialog[open] .scenario summary')`)
    await page.screenshot(join(out, 'cell.png'))
    await page.press('Escape')
    await until(page, `!document.querySelector('dialog[open]')`)
  })
  await checks.check('a scenario shows all parties on one time line, in order', async () => {
    await filter(page, 'find=authenticated&verdict=pass&target=reference')
    await page.evaluate(
      `(() => { const group = document.querySelector('#features .group'); group.ensure(); group.open = true; const one = group.querySelector('.scenario'); one.open = true })()`,
    )
    const title = `[...document.querySelectorAll('.scenario details')].find((one) => one.textContent.startsWith('Everything in order'))`
    await until(page, title)
    await page.evaluate(`${title}.open = true`)
    await until(page, `document.querySelector('table.time td.at')`)
    const times = await page.evaluate<readonly number[]>(
      `[...document.querySelectorAll('table.time td.at')].map((one) => Number(one.textContent))`,
    )
    const parties = await page.evaluate<number>(
      `new Set([...document.querySelectorAll('table.time td.party')].map((one) => one.textContent)).size`,
    )
    expect(
      times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0)),
      `not in order: ${times.join(' ')}`,
    )
    expect(parties >= 2, `${parties} parties`)
    await page.evaluate(`document.querySelector('table.time').scrollIntoView()`)
    await page.screenshot(join(out, 'time-line.png'))
  })
  await checks.check('it prints', async () => {
    await filter(page, '')
    await page.print(join(out, 'report.pdf'))
    expect((await stat(join(out, 'report.pdf'))).size > 10_000, 'the PDF is empty')
  })
  await checks.check('nothing was asked of the network, nothing complained about', async () => {
    expect(page.requests.length === 0, page.requests.join('\n'))
    expect(page.said.length === 0, page.said.join('\n'))
  })
})
