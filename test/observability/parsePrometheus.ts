/** A strict reader of Prometheus' text format 0.0.4, written after its specification and nothing of ours. Throws at whatever is not in it. */

interface ParsedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface ParsedFamily {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: ReadonlyArray<ParsedSample>
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(,|$)/
const TYPES = new Set(["counter", "gauge", "histogram", "summary", "untyped"])

const unescape = (text: string) => text.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped))

const valueOf = (text: string): number => {
  if (text === "+Inf" || text === "-Inf") return text === "+Inf" ? Infinity : -Infinity
  if (text === "NaN") return NaN
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new Error(`no number: ${text}`)
  return Number(text)
}

const labelsOf = (text: string): Readonly<Record<string, string>> => {
  const labels: Record<string, string> = {}
  let rest = text
  while (rest !== "") {
    const found = LABEL.exec(rest)
    if (found === null) throw new Error(`no label: ${rest}`)
    const [whole, label = "", value = ""] = found
    if (label in labels) throw new Error(`label ${label} twice: ${text}`)
    labels[label] = unescape(value)
    rest = rest.slice(whole.length)
  }
  return labels
}

const sampleOf = (line: string): ParsedSample => {
  const found = /^([^{\s]+)(?:\{(.*)\})? (\S+)$/.exec(line)
  if (found === null) throw new Error(`no sample: ${line}`)
  const [, name = "", labels = "", value = ""] = found
  if (!NAME.test(name)) throw new Error(`no name: ${name}`)
  return { name, labels: labelsOf(labels), value: valueOf(value) }
}

/** Whether a sample may stand under a family: histograms and summaries have series of derived names. */
const belongs = (sample: string, { name, type }: { readonly name: string; readonly type: string }): boolean =>
  type === "histogram"
    ? [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample)
    : type === "summary"
      ? [name, `${name}_sum`, `${name}_count`].includes(sample)
      : sample === name

export const parsePrometheus = (text: string): ReadonlyArray<ParsedFamily> => {
  if (!text.endsWith("\n")) throw new Error("the last line has no end")
  const families: Array<{ name: string; help: string; type: string; samples: Array<ParsedSample> }> = []
  const seen = new Set<string>()
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line)
    if (comment !== null) {
      const [, kind, name = "", rest = ""] = comment
      if (kind === "HELP") {
        if (!NAME.test(name)) throw new Error(`no name: ${name}`)
        if (families.some((family) => family.name === name)) throw new Error(`family ${name} twice`)
        families.push({ name, help: unescape(rest), type: "", samples: [] })
        continue
      }
      const last = families.at(-1)
      if (last?.name !== name || last.type !== "" || !TYPES.has(rest)) throw new Error(`misplaced: ${line}`)
      last.type = rest
      continue
    }
    const sample = sampleOf(line)
    const family = families.at(-1)
    if (family === undefined || !belongs(sample.name, family)) throw new Error(`stands under nothing: ${line}`)
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).toSorted(([a], [b]) => (a < b ? -1 : 1))])
    if (seen.has(key)) throw new Error(`series twice: ${line}`)
    seen.add(key)
    family.samples.push(sample)
  }
  return families
}

/** The value of one series, which must be there. */
export const valueIn = (
  families: ReadonlyArray<ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {}
): number => {
  const wanted = Object.entries(labels)
  const found = families
    .flatMap(({ samples }) => samples)
    .find(
      (sample) =>
        sample.name === name &&
        Object.keys(sample.labels).length === wanted.length &&
        wanted.every(([label, value]) => sample.labels[label] === value)
    )
  if (found === undefined) throw new Error(`no series ${name} ${JSON.stringify(labels)}`)
  return found.value
}
