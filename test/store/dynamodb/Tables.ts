/** A DynamoDB emulator for the tests of one file, whose stores each have a table of their own. */
import { DynamoDB } from "@aws-sdk/client-dynamodb"
import { Effect, Layer, Logger, Schedule } from "effect"
import { afterAll, beforeAll } from "vitest"
import { Supervisor } from "../../../src/actor/Supervisor.ts"
import * as DynamoDbStore from "../../../src/store/dynamodb/DynamoDbStore.ts"
import { Dynalite } from "../../support/Dynalite.ts"
import { FaultProxy } from "../../support/FaultProxy.ts"

export class Tables {
  private readonly prefix: string
  private dynalite: Dynalite | undefined
  private client: DynamoDB | undefined
  private made = 0

  /** Runs from before the first test of the file to after the last one; tables are named after `prefix`. */
  constructor(prefix: string) {
    this.prefix = prefix
    beforeAll(async () => {
      this.dynalite = await Dynalite.start()
      const credentials = { accessKeyId: "local", secretAccessKey: "local" }
      this.client = new DynamoDB({ endpoint: this.dynalite.url, region: "local", credentials })
    })
    afterAll(async () => {
      this.client?.destroy()
      await this.dynalite?.stop()
    })
  }

  get url(): string {
    if (this.dynalite === undefined) throw new Error("the emulator has not been started")
    return this.dynalite.url
  }

  /** Looks at tables past the store. */
  get raw(): DynamoDB {
    if (this.client === undefined) throw new Error("the emulator has not been started")
    return this.client
  }

  next(): string {
    return `${this.prefix}-${this.made++}`
  }

  /** What a store on a table is told. The emulator shares this process, and other tests the machine. */
  options(table: string, endpoint = this.url) {
    return { endpoint, region: "local", table, requestTimeoutMs: 10_000 }
  }

  store(table: string, endpoint?: string) {
    return DynamoDbStore.layer(this.options(table, endpoint)).pipe(Layer.provide(quiet))
  }

  items(table: string) {
    return Effect.promise(async () => (await this.raw.scan({ TableName: table })).Items ?? [])
  }

  /** What stands between a store and the emulator, until the test's scope closes. */
  readonly proxy = Effect.acquireRelease(
    Effect.promise(() => FaultProxy.start(this.url)),
    (proxy) => Effect.promise(() => proxy.stop())
  )
}

/** A supervisor, and no log. */
export const quiet = Layer.merge(Supervisor.layer, Logger.layer([]))

/** Asks again until it is answered, some seconds at most. */
export const patiently = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.retry(call, { schedule: Schedule.spaced("20 millis"), times: 400 })
