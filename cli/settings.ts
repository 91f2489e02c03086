/**
 * `smtpspec settings`: the defaults to begin with, the schema for an editor, and the check before anything is served.
 */
import type { Command } from 'commander'
import { defaultDocument, defaultFile } from '../server/settings/defaults.ts'
import { publishedSchema } from '../server/settings/jsonschema.ts'
import { readSettingsFile } from '../server/settings/load.ts'
import type { Mistake, Remark } from '../server/settings/mistake.ts'
import { examples, exitCodes } from './usage.ts'

/** One line, as compilers say it: `settings.yaml:5: incoming.domains[1]: …`. */
export function mistakeLine(file: string, { place, line, found, wrong, remedy }: Mistake): string {
  if (place.startsWith('(')) return `${whereOf(file, line)}: ${wrong} ${remedy}`
  return `${whereOf(file, line)}: ${place}: ${wrong} Found ${found}. ${remedy}`
}

function remarkLine(file: string, { place, line, says, remedy }: Remark): string {
  return `${whereOf(file, line)}: ${place}: remark: ${says} ${remedy}`
}

function whereOf(file: string, line: number | undefined): string {
  return line === undefined ? file : `${file}:${line}`
}

/** Says how a settings file is; the exit code is 0, or 78 when it has mistakes. */
export async function checkFile(file: string, json: boolean, say: (text: string) => void): Promise<number> {
  const checked = await readSettingsFile(file)
  const good = checked.kind === 'good'
  const mistakes = good ? [] : checked.mistakes
  const remarks = good ? checked.remarks : []
  if (json) {
    say(`${JSON.stringify({ good, mistakes, remarks })}\n`)
  } else {
    for (const mistake of mistakes) say(`${mistakeLine(file, mistake)}\n`)
    for (const remark of remarks) say(`${remarkLine(file, remark)}\n`)
    say(`${file}: ${good ? 'the settings are good' : counted(mistakes.length)}\n`)
  }
  return good ? exitCodes.good : exitCodes.settings
}

export function counted(mistakes: number): string {
  return mistakes === 1 ? 'one mistake' : `${mistakes} mistakes`
}

function write(text: string): void {
  process.stdout.write(text)
}

export function register(program: Command): void {
  const settings = program.command('settings').description('Defaults, schema and check of settings files.')
  examples(settings, [
    ['smtpspec settings defaults --yaml > settings.yaml', 'a file to begin with, every field explained'],
    ['smtpspec settings schema > settings.schema.json', 'for editors that know JSON Schema'],
    ['smtpspec settings check settings.yaml', 'all mistakes at once, with line and remedy'],
  ])

  const defaults = settings
    .command('defaults')
    .description('Print the settings that hold when nothing is said.')
    .option('--yaml', 'as YAML with a sentence for every field, instead of JSON')
    .action((options: { readonly yaml?: true }) =>
      write(options.yaml === true ? defaultFile() : `${JSON.stringify(defaultDocument(), undefined, 2)}\n`),
    )
  examples(defaults, [
    ['smtpspec settings defaults', 'as JSON'],
    ['smtpspec settings defaults --yaml', 'as a YAML file to edit'],
  ])

  const schema = settings
    .command('schema')
    .description('Print the JSON Schema of settings, with a sentence for every field.')
    .action(() => write(`${JSON.stringify(publishedSchema(), undefined, 2)}\n`))
  examples(schema, [['smtpspec settings schema > settings.schema.json', 'keep it beside the settings']])

  const check = settings
    .command('check')
    .description('Check a settings file and say all its mistakes at once.')
    .argument('<file>', 'the settings file, JSON or YAML')
    .option('--json', 'one line of JSON: good, mistakes, remarks')
    .addHelpText('after', '\nExit codes: 0 good (perhaps with remarks), 78 mistakes, 64 wrong usage.')
    .action(async (file: string, options: { readonly json?: true }) => {
      process.exitCode = await checkFile(file, options.json === true, write)
    })
  examples(check, [
    ['smtpspec settings check settings.yaml', 'line, place, what is wrong, and the remedy'],
    ['smtpspec settings check settings.json --json', 'the same for a program'],
  ])
}
