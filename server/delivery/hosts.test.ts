import { expect, test } from 'vitest'
import type { Clock } from '../ports.ts'
import { Hosts } from './hosts.ts'

const clockAt = (time: { now: number }): Clock => ({ now: () => time.now, after: () => ({ cancel: () => {} }) })

test('so many sessions at once, the next ones in the order they came', async () => {
  const hosts = new Hosts(clockAt({ now: 0 }))
  const first = await hosts.acquire('h', 2)
  const second = await hosts.acquire('h', 2)
  const order: string[] = []
  const third = hosts.acquire('h', 2).then((release) => {
    order.push('third')
    return release
  })
  const fourth = hosts.acquire('h', 2).then((release) => {
    order.push('fourth')
    return release
  })
  const other = await hosts.acquire('other', 2)
  expect(order).toEqual([])
  first()
  first() // once only
  const release = await third
  expect(order).toEqual(['third'])
  release()
  ;(await fourth)()
  second()
  other()
  expect(order).toEqual(['third', 'fourth'])
})

test('what could not be reached is known for a while', () => {
  const time = { now: 1000 }
  const hosts = new Hosts(clockAt(time))
  hosts.remember('refuses', 'ECONNREFUSED', false)
  hosts.remember('silent', 'no connection in time', true)
  time.now += 4999
  expect(hosts.fault('refuses')).toBe('ECONNREFUSED')
  time.now += 1
  expect(hosts.fault('refuses')).toBeUndefined()
  expect(hosts.fault('silent')).toBe('no connection in time')
  hosts.forget()
  hosts.remember('tried often', 'ECONNREFUSED', false, 100)
  time.now += 100
  expect(hosts.fault('tried often')).toBeUndefined()
  expect(hosts.fault('silent')).toBeUndefined()
})
