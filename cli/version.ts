/** The version of this package, as `package.json` tells it. */
import { readFileSync } from 'node:fs'
import { home } from './home.ts'

export const version = (): string => {
  const { version: number } = JSON.parse(readFileSync(home('package.json'), 'utf8')) as { readonly version: string }
  return number
}
