/** Checks a line against the specification of CloudWatch's embedded metric format, and gives what it says. Throws at what is not in it. */

const UNITS = new Set(["Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Percent", "Count", "None"])

interface Directive {
  readonly Namespace: string
  readonly Dimensions: ReadonlyArray<ReadonlyArray<string>>
  readonly Metrics: ReadonlyArray<{ readonly Name: string; readonly Unit: string }>
}

export interface EmfReport {
  readonly at: number
  readonly directives: ReadonlyArray<Directive>
  readonly units: ReadonlyMap<string, string>
  readonly root: Readonly<Record<string, unknown>>
}

const must = (holds: boolean, what: string) => {
  if (!holds) throw new Error(what)
}

export const checkEmf = (line: string): EmfReport => {
  must(!line.includes("\n"), "more than one line")
  must(Buffer.byteLength(line) < 1_048_576, "longer than CloudWatch Logs takes")
  const root: Readonly<Record<string, unknown>> & {
    readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: ReadonlyArray<Directive> }
  } = JSON.parse(line)
  const { CloudWatchMetrics: directives, Timestamp: at } = root._aws
  must(Number.isSafeInteger(at) && at >= 0, "Timestamp is no whole number")
  must(directives.length > 0, "no directive")
  const units = new Map<string, string>()
  for (const { Dimensions, Metrics, Namespace } of directives) {
    must(/^[\w.\-/#:]{1,255}$/.test(Namespace), `Namespace ${Namespace}`)
    must(Dimensions.length > 0, "no set of dimensions")
    for (const set of Dimensions) {
      must(set.length <= 30, "too many dimensions")
      for (const name of set)
        must(typeof root[name] === "string" && root[name] !== "", `dimension ${name} has no value`)
    }
    must(Metrics.length > 0 && Metrics.length <= 100, `${Metrics.length} metrics in one directive`)
    for (const { Name, Unit } of Metrics) {
      must(!units.has(Name), `${Name} twice`)
      must(UNITS.has(Unit), `unit ${Unit}`)
      must(typeof root[Name] === "number", `${Name} has no number`)
      units.set(Name, Unit)
    }
  }
  return { at, directives, units, root }
}
