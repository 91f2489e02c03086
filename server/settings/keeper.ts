/**
 * Holds the settings of a running server: the document as it is saved, the settings as they hold, and every change.
 *
 * A change is checked whole, its passwords turned into verifiers, put into effect by whoever runs the server, then saved;
 * if any of that fails, everything stays as it was. Changes come one after the other. Overrides of the command line hold
 * over the document and are never saved.
 */
import type { Ids } from '../ports.ts'
import { type Checked, checkDocument, type Mistaken } from './check.ts'
import type { SettingsFile } from './file.ts'
import { mergePatch } from './merge-patch.ts'
import { type Mistake, type Remark, remark } from './mistake.ts'
import { makeVerifier } from './passwords.ts'
import { type Settings, type SettingsDocument, settingsSchema } from './schema.ts'
import { completed, redacted, sealed } from './secrets.ts'

export type Applied =
  | { readonly kind: 'applied'; readonly settings: Settings; readonly remarks: readonly Remark[] }
  | Mistaken

export interface Keeper {
  settings(): Settings
  /** As it is saved: without overrides, without passwords, but with verifiers. */
  document(): SettingsDocument
  /** The document as anybody may see it; sent back through `replace` it changes nothing. */
  redacted(): SettingsDocument
  /** The document is the whole truth (a settings file that was read again). */
  apply(document: unknown): Promise<Applied>
  /** The same from somebody who saw the redacted document: secrets that it lacks are kept. */
  replace(document: unknown): Promise<Applied>
  /** JSON Merge Patch (RFC 7396) on the redacted document; secrets that it lacks are kept. */
  change(patch: unknown): Promise<Applied>
  /** Changes what `redacted` shows; `undefined` from `edit` means that there is nothing to change. */
  edit(edit: (document: SettingsDocument) => unknown): Promise<Applied | undefined>
}

export interface KeeperOptions {
  readonly document: unknown
  /** Holds over the document while this server runs (`--listen`); lists replace lists. */
  readonly overrides?: SettingsDocument
  /** Where changes are saved; without one they last as long as the server. */
  readonly file?: SettingsFile
  /** For salts and for the API's token. */
  readonly ids: Pick<Ids, 'secret'>
  /**
   * Puts changed settings into effect; mistakes (an address that cannot be listened on, say) refuse the change, and
   * everything must then be as before. Not called for the first document.
   */
  readonly install: (next: Settings, previous: Settings) => Promise<readonly Mistake[]>
}

export type Kept = { readonly kind: 'kept'; readonly keeper: Keeper; readonly remarks: readonly Remark[] } | Mistaken

/** Checks and takes up the first document. That it could not be saved is only a remark then. */
export async function createKeeper(options: KeeperOptions): Promise<Kept> {
  const { overrides = {}, file, ids, install } = options
  const verifierOf = (password: string): Promise<string> => makeVerifier(password, ids.secret(16))

  const prepared = async (given: unknown): Promise<Checked> => {
    const own = checkDocument(given)
    if (own.kind === 'mistakes') return own
    const document = withToken(await sealed(own.document, verifierOf), ids)
    const holding = checkDocument(mergePatch(document, overrides))
    return holding.kind === 'mistakes' ? holding : { ...holding, document }
  }

  const first = await prepared(options.document)
  if (first.kind === 'mistakes') return first
  let current = first
  // What the file says, as far as we know.
  let onFile = options.document
  const saved = await file?.write(first.document, [onFile])
  if (saved?.kind === 'written') onFile = first.document
  const unsaved = saved?.kind === 'not-written' ? [remark([], saved.mistake.wrong, saved.mistake.remedy)] : []

  const take = async (given: unknown): Promise<Applied> => {
    const next = await prepared(given)
    if (next.kind === 'mistakes') return next
    const previous = current
    const faults = await install(next.settings, previous.settings)
    if (faults.length > 0) return { kind: 'mistakes', mistakes: faults }
    const outcome = await file?.write(next.document, [onFile, given])
    if (outcome?.kind === 'not-written') {
      await install(previous.settings, next.settings)
      return { kind: 'mistakes', mistakes: [outcome.mistake] }
    }
    current = next
    onFile = next.document
    return { kind: 'applied', settings: next.settings, remarks: next.remarks }
  }

  const inTurn = createTurns()
  const keeper: Keeper = {
    settings: () => current.settings,
    document: () => current.document,
    redacted: () => redacted(current.document),
    apply: (document) => inTurn(() => take(document)),
    replace: (document) => inTurn(() => take(finished(document, current.document))),
    change: (patch) => inTurn(() => take(finished(mergePatch(redacted(current.document), patch), current.document))),
    edit: (edit) =>
      inTurn(async () => {
        const edited = edit(redacted(current.document))
        return edited === undefined ? undefined : take(finished(edited, current.document))
      }),
  }
  return { kind: 'kept', keeper, remarks: [...first.remarks, ...unsaved] }
}

/** Completes what is well-formed enough to be completed; of the rest, the check will tell what is wrong. */
function finished(document: unknown, present: SettingsDocument): unknown {
  return settingsSchema.safeParse(document).success ? completed(document as SettingsDocument, present) : document
}

/** The API needs a token; one that nobody chose is made once and kept. */
function withToken(document: SettingsDocument, ids: Pick<Ids, 'secret'>): SettingsDocument {
  if (document.admin?.enabled !== true || document.admin.token !== undefined) return document
  return { ...document, admin: { ...document.admin, token: Buffer.from(ids.secret(24)).toString('base64url') } }
}

/** Runs one act after the other, whatever became of those before. */
function createTurns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const turn = last.then(act)
    last = turn.catch(() => undefined)
    return turn
  }
}
