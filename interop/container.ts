/**
 * `--target container:` with a real container runtime: our own server in an image (`support/containers.ts`) is judged by the
 * features like anybody's; and what does not come up is told as that.
 *
 * `node interop/container.ts`, as root with Podman. Where the kernel does not let containers be, nothing can be shown, and
 * the sentence is Podman's own.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { home } from '../cli/home.ts'
import { expect, runScript } from './support/checks.ts'
import type { Checks } from './support/checks.ts'
import { containerFile, image, openContainers, ran } from './support/containers.ts'
import { run } from './support/program.ts'
import type { Finished } from './support/program.ts'

const program = home('cli/main.ts')

const script = async (checks: Checks): Promise<void> => {
  const opened = await openContainers(checks)
  if ('install' in opened) {
    checks.missing('a server in a container', opened.install)
    return
  }
  if ('kernel' in opened) {
    process.stdout.write(
      `this machine's kernel lets no container be:\n${opened.kernel}\n0 passed, 0 failed, 1 skipped\n`,
    )
    return
  }
  const { environment, podman } = opened
  const place = (name: string): string => join(checks.folder, name)
  const verify = async (selection: readonly string[], file: string): Promise<Finished> =>
    run(process.execPath, [program, 'verify', ...selection, '--target', `container:${file}`], {
      seconds: 280,
      environment,
    })

  await checks.check(
    'testcontainers is fetched',
    async () => {
      await ran(process.execPath, [program, 'targets', 'install', 'container'], 120)
    },
    130,
  )
  await checks.check(
    'the features on the server in it',
    async (evidence) => {
      await writeFile(place('server.yaml'), containerFile(image, 'ready: { log: is ready }\n'))
      const { code, output } = await verify(['features/mail-service', 'features/session'], place('server.yaml'))
      evidence.note('what it said', output)
      expect(code === 0, `exit code ${code}`)
      const passed = Number(/scenarios in .*: (\d+) pass/.exec(output)?.[1] ?? 0)
      expect(passed >= 80, `${passed} scenarios passed`)
      return `${passed} scenarios`
    },
    300,
  )
  await checks.check(
    'an image that is nowhere is told as that',
    async (evidence) => {
      await writeFile(place('nowhere.yaml'), containerFile('localhost/smtpspec-nowhere:1', ''))
      const { code, output } = await verify(['features/mail-service'], place('nowhere.yaml'))
      evidence.note('what it said', output)
      expect(code === 3 && output.includes('smtpspec-nowhere'), `exit code ${code}`)
    },
    120,
  )
  await checks.check(
    'a server that does not listen is told as that',
    async (evidence) => {
      const idle = 'command: [/bin/node, -e, "setTimeout(() => {}, 60000)"]\nready: { seconds: 5 }\n'
      await writeFile(place('idle.yaml'), containerFile(image, idle))
      const { code, output } = await verify(['features/mail-service'], place('idle.yaml'))
      evidence.note('what it said', output)
      expect(code === 3, `exit code ${code}`)
    },
    120,
  )
  await checks.check('no container is left', async () => {
    const { output } = await podman(['ps', '--all', '--quiet'], 30)
    expect(output.trim() === '', output)
  })
}

await runScript(540, script)
