/** Process of `figureTimes`: fills a data directory with the figures of a made-up history that ends now, as a server would have kept them. */
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { Supervisor } from "../../src/actor/Supervisor.ts"
import { NodeName } from "../../src/analytics/NodeName.ts"
import { RollupStore } from "../../src/store/RollupStore.ts"
import { TIER_MS } from "../../src/store/Rollup.ts"
import { demoHistory } from "../../src/demo/Demo.ts"
import { feed, keepIn } from "../../src/demo/feed.ts"
import { MessageStore } from "../../src/store/MessageStore.ts"
import { layer } from "../../src/store/sqlite/SqliteStore.ts"

export interface FillFigures {
  readonly directory: string
  readonly users: number
  readonly days: number
  readonly seed: number
}

export interface FiguresFilled {
  readonly events: number
  readonly messages: number
  readonly rooms: number
  /** Milliseconds since 1970. */
  readonly endAt: number
}

/** Any that a server would not take for its present one. */
const epoch = 1
/** Days for which a server keeps minutes. */
const minutesDays = 7

const fill = ({ days, seed, users }: FillFigures) =>
  Effect.gen(function* () {
    const store = yield* MessageStore
    const endAt = Math.floor(Date.now() / TIER_MS.m) * TIER_MS.m
    const { events, messages, rooms } = yield* feed(demoHistory({ users, days, seed, endAt }), {
      keep: keepIn(store, epoch),
      rollups: yield* RollupStore,
      node: yield* NodeName,
      epoch,
      keepMinutesFrom: endAt - minutesDays * TIER_MS.d,
      endAt
    })
    const filled: FiguresFilled = { events, messages, rooms, endAt }
    return filled
  })

const task: FillFigures = JSON.parse(process.argv[2] ?? "{}")
const kept = Layer.mergeAll(
  layer({ file: join(task.directory, "hubbub.db") }).pipe(Layer.provide(Supervisor.layer)),
  NodeName.layerFile(join(task.directory, "node.key"))
)
console.log(JSON.stringify(await Effect.runPromise(fill(task).pipe(Effect.provide(kept)))))
