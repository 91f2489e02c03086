import { expect, test } from 'vitest'
import { farTargets } from './host.ts'

test('a server that is not on this machine is spoken to with leave only', async () => {
  await expect(farTargets(['reference', 'host:192.0.2.1:25'], false)).rejects.toThrow('--i-am-authorised')
  expect([...(await farTargets(['reference', 'host:192.0.2.1:25'], true))]).toEqual(['host:192.0.2.1:25'])
})

test('loopback needs no leave, in whichever way it is written', async () => {
  expect((await farTargets(['host:127.0.0.1:2525', 'host:[::1]:2525', 'host:localhost:25'], false)).size).toBe(0)
})
