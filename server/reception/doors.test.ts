import { afterEach, describe, expect, test } from 'vitest'
import type { ListenerSettings } from '../settings/schema.ts'
import { createDoors } from './doors.ts'
import type { Doors } from './doors.ts'
import { createHouse, dial, turn } from './fixture.ts'
import type { House, TestClient } from './fixture.ts'

const house = { made: createHouse() }
const clients: TestClient[] = []

const set = (made: House, listeners: readonly ListenerSettings[], enabled = true): House['settings'] => {
  made.settings = { ...made.settings, smtp: { enabled }, listeners: [...listeners] }
  return made.settings
}
const joined = async (doors: Doors, index: number): Promise<TestClient> => {
  const listener = doors.open[index]
  if (listener === undefined) throw new Error('there is no such door')
  const client = await dial(listener)
  clients.push(client)
  await client.reply()
  return client
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy()
  await house.made.reception.close(0)
  house.made = createHouse()
})

const relay = { role: 'relay', address: '127.0.0.1', port: 0 } as const
const submission = { role: 'submission', address: '127.0.0.1', port: 0 } as const
const impossible = { role: 'relay', address: '192.0.2.1', port: 0 } as const

describe('doors that follow the settings', () => {
  test('what stays keeps its sessions, and so does what goes', async () => {
    const { made } = house
    const doors = createDoors(made.reception, 1000)
    expect(await doors.fit(set(made, [relay, relay]))).toEqual([])
    const [staying, leaving] = [await joined(doors, 0), await joined(doors, 1)]
    const [kept, gone] = doors.open
    expect(await doors.fit(set(made, [submission, relay]))).toEqual([])
    expect(doors.open.map(({ settings }) => settings.role)).toEqual(['submission', 'relay'])
    expect(doors.open[1]).toBe(kept)
    for (const client of [staying, leaving]) expect(await client.say('NOOP')).toContain('250')
    await expect(dial(gone ?? relay)).rejects.toThrow('ECONNREFUSED')
    expect(await leaving.say('QUIT')).toContain('221')
    leaving.socket.destroy()
    await turn()
    expect(made.told.at(-1)).toMatchObject({ event: 'listener-closed' })
  })

  test('one that cannot be opened leaves everything as it was', async () => {
    const { made } = house
    const doors = createDoors(made.reception, 1000)
    await doors.fit(set(made, [relay]))
    const before = doors.open
    expect(await doors.fit(set(made, [submission, impossible]))).toEqual([
      'Cannot listen on 192.0.2.1 port 0 for relay: EADDRNOTAVAIL.',
    ])
    expect(doors.open).toEqual(before)
    expect(made.reception.listeners).toEqual(before)
  })

  test('a port changes its role or its address, and its sessions stay', async () => {
    const { made } = house
    const doors = createDoors(made.reception, 1000)
    await doors.fit(set(made, [relay]))
    const port = doors.open[0]?.port ?? 0
    await doors.fit(set(made, [{ ...relay, port }]))
    const client = await joined(doors, 0)
    for (const wanted of [
      { ...submission, port },
      { ...relay, port, address: '0.0.0.0' },
    ]) {
      expect(await doors.fit(set(made, [wanted]))).toEqual([])
      expect(doors.open.map(({ settings }) => settings)).toEqual([wanted])
      expect(await client.say('NOOP')).toContain('250')
    }
    expect(await doors.fit(set(made, [{ ...submission, port }, impossible]))).toHaveLength(1)
    expect(doors.open.map(({ settings, port: now }) => [settings.address, now])).toEqual([['0.0.0.0', port]])
    const other = await joined(doors, 0)
    expect(await other.say('NOOP')).toContain('250')
  })

  test('SMTP off: nobody answers, and sessions are told to end', async () => {
    const { made } = house
    const doors = createDoors(made.reception, 1000)
    await doors.fit(set(made, [relay]))
    const client = await joined(doors, 0)
    const [closed] = doors.open
    expect(await doors.fit(set(made, [relay], false))).toEqual([])
    expect(await client.closed()).toMatch(/^421 4\.3\.2 /)
    await expect(dial(closed ?? relay)).rejects.toThrow('ECONNREFUSED')
    expect(doors.open).toEqual([])
  })
})
