/**
 * Makes a parsed YAML document say something else, touching only what differs, so that comments and order survive.
 *
 * Entries of lists keep their comments when they are the same as before, or are groups of the same name or address.
 */
import { isDeepStrictEqual } from 'node:util'
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml'

export function reconcile(yaml: Document, wanted: unknown): void {
  yaml.contents = updated(yaml, yaml.contents, wanted)
}

/** The node itself where it could be changed to say `wanted`, otherwise a new one. */
function updated(yaml: Document, node: unknown, wanted: unknown): Node {
  if (isMap(node) && isGroup(wanted)) return updatedMap(yaml, node, wanted)
  if (isSeq(node) && Array.isArray(wanted)) return updatedList(yaml, node, wanted)
  if (isNode(node) && isDeepStrictEqual(valueOf(yaml, node), wanted)) return node
  if (isScalar(node) && !isGroup(wanted) && !Array.isArray(wanted)) {
    // The comment behind the value stays; how the value was quoted does not, since the new one may need other quotes.
    const fresh = yaml.createNode(wanted)
    if (isScalar(fresh)) {
      return Object.assign(fresh, { comment: node.comment, commentBefore: node.commentBefore })
    }
  }
  return yaml.createNode(wanted)
}

function updatedMap(yaml: Document, node: YAMLMap, wanted: Readonly<Record<string, unknown>>): Node {
  for (const name of node.items.map((pair) => keyOf(pair.key))) {
    if (!Object.hasOwn(wanted, name)) node.delete(name)
  }
  for (const [name, value] of Object.entries(wanted)) {
    const pair = node.items.find((one) => keyOf(one.key) === name)
    if (pair === undefined) node.add(yaml.createPair(name, value))
    else pair.value = updated(yaml, pair.value, value)
  }
  return node
}

function updatedList(yaml: Document, node: YAMLSeq, wanted: readonly unknown[]): Node {
  const left = [...node.items]
  const wasEmpty = left.length === 0
  const take = (fits: (value: unknown) => boolean): unknown => {
    const index = left.findIndex((item) => fits(valueOf(yaml, item)))
    return index === -1 ? undefined : left.splice(index, 1)[0]
  }
  const same = wanted.map((value) => take((before) => isDeepStrictEqual(before, value)))
  node.items = wanted.map((value, index) => {
    const before =
      same[index] ?? take((other) => identityOf(other) !== undefined && identityOf(other) === identityOf(value))
    return updated(yaml, before, value)
  })
  if (wasEmpty && wanted.length > 0) node.flow = false
  return node
}

/** What makes an entry of a list the same entry when its other fields have changed. */
function identityOf(value: unknown): string | undefined {
  if (!isGroup(value)) return undefined
  const parts = [value['name'], value['role'], value['address'], value['port']]
  return value['name'] === undefined ? JSON.stringify(parts) : JSON.stringify(value['name'])
}

function valueOf(yaml: Document, node: unknown): unknown {
  if (isAlias(node)) return node.resolve(yaml)?.toJS(yaml)
  return isNode(node) ? node.toJS(yaml) : node
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key)
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
