/**
 * Counters, gauges and histograms, and their Prometheus text form (format 0.0.4).
 *
 * Names follow OpenTelemetry's rules for Prometheus: units at the end (`_seconds`, `_bytes`), counters end in `_total`.
 * Labels are few and bounded: never an address, a name or an id.
 */
export type Labels = Readonly<Record<string, string>>

export interface Sample {
  /** `_bucket`, `_sum`, `_count`, or nothing. */
  readonly suffix: string
  readonly labels: Labels
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: () => readonly Sample[]
}

export interface Counter extends Family {
  add(labels?: Labels, by?: number): void
}

/** `known` are label sets that are shown from the start, as 0. */
export function counter(name: string, help: string, known: readonly Labels[] = [{}]): Counter {
  const counts = new Map(known.map((labels) => [keyOf(labels), { labels, value: 0 }]))
  return {
    name,
    help,
    type: 'counter',
    samples: () => [...counts.values()].map(({ labels, value }) => ({ suffix: '', labels, value })),
    add(labels = {}, by = 1) {
      const key = keyOf(labels)
      const count = counts.get(key) ?? { labels, value: 0 }
      count.value += by
      counts.set(key, count)
    },
  }
}

export function gauge(name: string, help: string, read: () => number | readonly (readonly [Labels, number])[]): Family {
  return {
    name,
    help,
    type: 'gauge',
    samples() {
      const value = read()
      const values = typeof value === 'number' ? [[{}, value] as const] : value
      return values.map(([labels, one]) => ({ suffix: '', labels, value: one }))
    },
  }
}

export interface Histogram extends Family {
  observe(value: number): void
}

/** `bounds` rise; a last bucket without a bound is added. */
export function histogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const counts = [...bounds, Infinity].map(() => 0)
  let sum = 0
  return {
    name,
    help,
    type: 'histogram',
    observe(value) {
      const index = bounds.findIndex((bound) => value <= bound)
      const bucket = index === -1 ? bounds.length : index
      counts[bucket] = (counts[bucket] ?? 0) + 1
      sum += value
    },
    samples() {
      let total = 0
      const buckets = counts.map((count, index) => {
        total += count
        return { suffix: '_bucket', labels: { le: numberOf(bounds[index] ?? Infinity) }, value: total }
      })
      return [...buckets, { suffix: '_sum', labels: {}, value: sum }, { suffix: '_count', labels: {}, value: total }]
    },
  }
}

/** All families as text, each with its help and type. */
export function textOf(families: readonly Family[]): string {
  return families
    .flatMap(({ name, help, type, samples }) => [
      `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${name} ${type}`,
      ...samples().map(({ suffix, labels, value }) => `${name}${suffix}${labelsOf(labels)} ${numberOf(value)}`),
    ])
    .map((line) => `${line}\n`)
    .join('')
}

function labelsOf(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function numberOf(value: number): string {
  return value === Infinity ? '+Inf' : String(value)
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([one], [other]) => one.localeCompare(other)))
}
