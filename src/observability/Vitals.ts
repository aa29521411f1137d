/**
 * Where the parts of the server leave what operators may ask about them. Nothing is pushed: a source is asked when someone reads, so that
 * measuring costs the hub no more than the counters it keeps.
 */
import { Context, Effect, Layer, type Scope } from "effect"
import type { MetricFamily } from "./MetricFamily.ts"

/** Tells how things are right now. It is called at every reading, by several readers: it must not wait and must not reset anything. */
export type Source = () => ReadonlyArray<MetricFamily>

export class Vitals extends Context.Service<
  Vitals,
  {
    /** Adds a source until the scope closes. A family's name belongs to one source. */
    register(source: Source): Effect.Effect<void, never, Scope.Scope>
    /** Every family, in the order in which their sources came. Throws what a source throws. */
    read(): ReadonlyArray<MetricFamily>
  }
>()("hubbub/observability/Vitals") {
  static readonly layer = Layer.sync(Vitals, () => {
    const sources = new Set<Source>()
    return Vitals.of({
      register: (source) =>
        Effect.acquireRelease(
          Effect.sync(() => sources.add(source)),
          () => Effect.sync(() => sources.delete(source))
        ),
      read: () => Array.from(sources, (source) => source()).flat()
    })
  })
}
