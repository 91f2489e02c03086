import { expect, test } from 'vitest'
import { examine, exitCodeOf, type Machine, report, thisMachine } from './doctor.ts'

const well: Machine = {
  node: '24.1.0',
  platform: 'linux',
  listen: async () => undefined,
  program: async (name) => `/usr/bin/${name}`,
}

test.each<[string, Partial<Machine>, readonly string[], number]>([
  ['everything there', {}, [], 0],
  ['an old Node', { node: '22.1.0' }, ['Node.js 24'], 69],
  ['no privileges', { listen: async (_, port) => (port === 0 ? undefined : 'EACCES') }, ['port 25', 'port 53'], 0],
  [
    'a loopback with one address',
    { platform: 'darwin', listen: async (address) => (address === '127.0.0.2' ? 'EADDRNOTAVAIL' : undefined) },
    ['127.0.0.2 and others'],
    69,
  ],
  ['no swaks', { program: async (name) => (name === 'swaks' ? undefined : `/bin/${name}`) }, ['swaks'], 0],
  [
    'one of several names is enough',
    { program: async (name) => (name === 'docker' ? undefined : `/bin/${name}`) },
    [],
    0,
  ],
])('%s', async (_, differs, missing, code) => {
  const findings = await examine({ ...well, ...differs })
  expect(findings.filter(({ state }) => state === 'missing').map(({ name }) => name)).toEqual(missing)
  expect(findings.every(({ state, remedy }) => (state === 'ok') === (remedy === undefined))).toBe(true)
  expect(exitCodeOf(findings)).toBe(code)
  expect(report(findings).split('\n')).toHaveLength(findings.length + missing.length + 1)
})

test('a port that is taken is no lack of permission', async () => {
  const findings = await examine({ ...well, listen: async (_, port) => (port === 25 ? 'EADDRINUSE' : undefined) })
  expect(findings.find(({ name }) => name === 'port 25')).toMatchObject({
    found: 'in use by another program',
    remedy: 'Stop the program that has it, or use another port.',
  })
})

test('this machine can be examined', async () => {
  const machine = thisMachine()
  expect(await machine.listen('127.0.0.1', 0, 'tcp')).toBeUndefined()
  expect(await machine.listen('127.0.0.1', 0, 'udp')).toBeUndefined()
  expect(await machine.listen('192.0.2.1', 0, 'tcp')).toBe('EADDRNOTAVAIL')
  expect(await machine.program('no-such-program-anywhere')).toBeUndefined()
})
