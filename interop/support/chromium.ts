/**
 * A headless Chromium that opens one page, spoken to by its own protocol over a WebSocket: what the page says on its console,
 * what it asks the network for, what a script in it answers, keys that are pressed, how it looks.
 *
 * Found as `chromium`, `chromium-browser`, `google-chrome` or what CHROMIUM names. Its profile lies in a folder of its own
 * that is removed with it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

const startMilliseconds = 20_000
const answerMilliseconds = 60_000
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
]

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

export interface Page {
  /** Opens a file and waits until it is loaded; milliseconds until then. */
  open(file: string, hash?: string): Promise<number>
  size(width: number, height: number): Promise<void>
  scheme(scheme: 'light' | 'dark'): Promise<void>
  /** What an expression comes to in the page; promises are awaited. */
  evaluate<T>(expression: string): Promise<T>
  /** A key as the browser names it: `Tab`, `Enter`, `ArrowDown`, `/`. */
  press(key: string): Promise<void>
  screenshot(file: string): Promise<void>
  print(file: string): Promise<void>
  /** Errors and what was written on the console. */
  readonly said: readonly string[]
  /** What was asked for beside the file itself. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

export const findChromium = (): string | undefined => {
  const asked = process.env['CHROMIUM']
  if (asked !== undefined) return existsSync(asked) ? asked : undefined
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file))
}

const keyCodes: Readonly<Record<string, number>> = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
}

const written = async (file: string, data: unknown): Promise<void> =>
  writeFile(file, Buffer.from(String(data), 'base64'))

export const openChromium = async (program: string): Promise<Page> => {
  const profile = await mkdtemp(join(tmpdir(), 'smtpspec-chromium-'))
  const child = spawn(program, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  const late = AbortSignal.timeout(startMilliseconds)
  let address: string | undefined
  for await (const line of createInterface({ input: child.stderr, signal: late })) {
    address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (address !== undefined) break
  }
  child.stderr.resume()
  if (address === undefined) throw new Error(`${program} did not start`)
  const socket = new WebSocket(address)
  await once(socket, 'open')

  const said: string[] = []
  const requests: string[] = []
  const waiting = new Map<number, (message: Message) => void>()
  let loaded: (() => void) | undefined
  let session: string | undefined
  let last = 0
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    const { method, params } = message
    if (method === 'Page.loadEventFired') loaded?.()
    if (method === 'Runtime.exceptionThrown' || method === 'Runtime.consoleAPICalled' || method === 'Log.entryAdded')
      said.push(JSON.stringify(params))
    if (method === 'Network.requestWillBeSent') {
      const { url = '' } = (params?.['request'] ?? {}) as { readonly url?: string }
      if (!/^(?:file|data|blob|about):/.test(url)) requests.push(url)
    }
  })
  const ask = async (method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> => {
    const id = (last += 1)
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve))
    socket.send(JSON.stringify({ id, method, params, ...(session !== undefined && { sessionId: session }) }))
    const message = await Promise.race([answer, setTimeout(answerMilliseconds, undefined, { ref: false })])
    waiting.delete(id)
    if (message?.result === undefined) throw new Error(`${method}: ${message?.error?.message ?? 'no answer in time'}`)
    return message.result
  }
  const { targetId } = await ask('Target.createTarget', { url: 'about:blank' })
  session = String((await ask('Target.attachToTarget', { targetId, flatten: true }))['sessionId'])
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await ask(`${domain}.enable`)

  return {
    said,
    requests,
    async open(file, hash = '') {
      const startedAt = performance.now()
      const done = new Promise<void>((resolve) => (loaded = resolve))
      await ask('Page.navigate', { url: 'about:blank' })
      await done
      const shown = new Promise<void>((resolve) => (loaded = resolve))
      const begun = performance.now()
      await ask('Page.navigate', { url: `${pathToFileURL(file).href}${hash}` })
      await Promise.race([shown, setTimeout(answerMilliseconds, undefined, { ref: false })])
      return performance.now() - Math.max(begun, startedAt)
    },
    async size(width, height) {
      const screen = { width, height, deviceScaleFactor: 1, mobile: width < 600 }
      await ask('Emulation.setDeviceMetricsOverride', screen)
    },
    async scheme(value) {
      await ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] })
    },
    async evaluate<T>(expression: string): Promise<T> {
      const answer = await ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
      if (answer['exceptionDetails'] !== undefined) throw new Error(JSON.stringify(answer['exceptionDetails']))
      return (answer['result'] as { readonly value: T }).value
    },
    async press(key) {
      const code = { key, windowsVirtualKeyCode: keyCodes[key] ?? key.toUpperCase().codePointAt(0) }
      const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined
      await ask('Input.dispatchKeyEvent', { type: 'keyDown', ...code, ...(text !== undefined && { text }) })
      await ask('Input.dispatchKeyEvent', { type: 'keyUp', ...code })
    },
    screenshot: async (file) => written(file, (await ask('Page.captureScreenshot', { format: 'png' }))['data']),
    print: async (file) => written(file, (await ask('Page.printToPDF', { printBackground: true }))['data']),
    async close() {
      socket.close()
      child.kill()
      await exited
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
