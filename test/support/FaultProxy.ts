/**
 * A proxy in front of a DynamoDB endpoint that can fail in every way a real one does. A fault holds until another is set, for the next few
 * calls, for some operations only, or for a share of calls drawn from a seed.
 */
import { once } from "node:events"
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http"
import { Dice } from "./Dice.ts"

/** Which calls a fault meets; all of them, until another fault is set, where nothing is said. */
export interface When {
  /** Only the next so many of the calls that it would meet; after them the proxy passes everything on again. */
  readonly calls?: number
  /** The share of calls, from 0 to 1. */
  readonly probability?: number
  /** Only these operations, such as `BatchWriteItem`. */
  readonly operations?: ReadonlyArray<string>
}

/** A call that reached the proxy. */
export interface Call {
  /** Milliseconds of the monotonic clock. */
  readonly at: number
  /** Such as `BatchWriteItem`. */
  readonly operation: string
  /** Items of a `BatchWriteItem`; 0 for every other operation. */
  readonly items: number
  /** The fault that met it; `pass` if none did. */
  readonly fault: Fault["name"]
}

type Fault =
  | {
      readonly name:
        | "pass"
        | "down"
        | "blackhole"
        | "error500"
        | "throttle"
        | "expired"
        | "lostReply"
        | "truncated"
        | "stalled"
    }
  | { readonly name: "slow"; readonly ms: number }
  | { readonly name: "partial"; readonly share: number }

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | Array<string>>>
  readonly body: Buffer
}

const SERVICE = "com.amazonaws.dynamodb.v20120810"

const problem = (status: number, type: string, message: string): Reply => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": type },
  body: Buffer.from(JSON.stringify({ __type: type, message }))
})

const error500 = problem(500, `${SERVICE}#InternalServerError`, "The request processing has failed")
const throttle = problem(
  400,
  `${SERVICE}#ProvisionedThroughputExceededException`,
  "The level of configured provisioned throughput for the table was exceeded"
)
const expired = problem(
  400,
  "com.amazon.coral.service#ExpiredTokenException",
  "The security token included in the request is expired"
)

type Batch = Readonly<Record<string, ReadonlyArray<unknown>>>

/** The requests of a `BatchWriteItem`, by table. */
const batchOf = (body: Buffer): Batch => {
  const { RequestItems = {} }: { RequestItems?: Batch } = JSON.parse(body.toString())
  return RequestItems
}

const count = (batch: Batch) => Object.values(batch).reduce((sum, items) => sum + items.length, 0)

/** Cuts every table's requests in two; of one request or more, a share above 0 takes at least one. */
const divide = (batch: Batch, share: number) => {
  const taken: Record<string, ReadonlyArray<unknown>> = {}
  const left: Record<string, ReadonlyArray<unknown>> = {}
  for (const [table, items] of Object.entries(batch)) {
    const cut = Math.ceil(items.length * share)
    if (cut > 0) taken[table] = items.slice(0, cut)
    if (cut < items.length) left[table] = items.slice(cut)
  }
  return { taken, left }
}

const bodyOf = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export class FaultProxy {
  /** Every call that came, in order. */
  readonly calls: Array<Call> = []
  private readonly server: Server
  private readonly target: URL
  private readonly port: number
  private readonly dice: Dice
  private readonly timers = new Set<NodeJS.Timeout>()
  private fault: Fault = { name: "pass" }
  private when: When = {}
  private left = Infinity

  private constructor(server: Server, target: URL, port: number, seed: number) {
    this.server = server
    this.target = target
    this.port = port
    this.dice = new Dice(seed)
    server.on("request", (incoming, answer) => {
      // whoever called is gone, or the target is: the caller sees its connection end
      this.serve(incoming, answer).catch(() => answer.destroy())
    })
  }

  /** Listens on a free port of the loopback and passes everything on. `seed` is for faults with a probability. */
  static async start(target: string, seed = 1): Promise<FaultProxy> {
    const server = createServer()
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    if (typeof address !== "object" || address === null) throw new Error("the proxy listens on no port")
    return new FaultProxy(server, new URL(target), address.port, seed)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Passes every call on. Does not open a port that was closed. */
  pass(): void {
    this.set({ name: "pass" })
  }

  /** Resets the connection of each call. */
  down(when?: When): void {
    this.set({ name: "down" }, when)
  }

  /** Takes calls and never answers. */
  blackhole(when?: When): void {
    this.set({ name: "blackhole" }, when)
  }

  /** Answers 500 without passing anything on. */
  error500(when?: When): void {
    this.set({ name: "error500" }, when)
  }

  /** Answers that the throughput is exceeded, without passing anything on. */
  throttle(when?: When): void {
    this.set({ name: "throttle" }, when)
  }

  /** Answers that the credentials have expired, without passing anything on. */
  expired(when?: When): void {
    this.set({ name: "expired" }, when)
  }

  /** Passes on only the first part of each `BatchWriteItem`, half unless given, and answers the rest as unprocessed. */
  partial(share = 0.5, when?: When): void {
    this.set({ name: "partial", share }, when)
  }

  /** Passes calls on and resets the connection instead of answering. */
  lostReply(when?: When): void {
    this.set({ name: "lostReply" }, when)
  }

  /** Passes calls on at once and answers so many milliseconds late. */
  slow(ms: number, when?: When): void {
    this.set({ name: "slow", ms }, when)
  }

  /** Passes calls on and ends the connection in the middle of the answer. */
  truncated(when?: When): void {
    this.set({ name: "truncated" }, when)
  }

  /** Passes calls on and stops in the middle of the answer, with the connection open. */
  stalled(when?: When): void {
    this.set({ name: "stalled" }, when)
  }

  /** Refuses connections: the port is closed, and those that are open end. */
  async close(): Promise<void> {
    if (!this.server.listening) return
    const closed = once(this.server, "close")
    this.server.close()
    this.server.closeAllConnections()
    await closed
  }

  /** Takes connections again, on the same port. */
  async open(): Promise<void> {
    if (this.server.listening) return
    this.server.listen(this.port, "127.0.0.1")
    await once(this.server, "listening")
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer)
    await this.close()
  }

  private set(fault: Fault, when: When = {}): void {
    this.fault = fault
    this.when = when
    this.left = when.calls ?? Infinity
  }

  /** The fault that meets a call; counts it. */
  private draw(operation: string): Fault {
    const { operations, probability = 1 } = this.when
    if (this.fault.name === "pass" || (operations !== undefined && !operations.includes(operation)))
      return { name: "pass" }
    if (probability < 1 && this.dice.roll() >= probability) return { name: "pass" }
    const { fault } = this
    if (--this.left <= 0) this.pass()
    return fault
  }

  private async serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const operation = String(incoming.headers["x-amz-target"] ?? "").replace(/^.*\./, "")
    const at = performance.now()
    const body = await bodyOf(incoming)
    const batch = operation === "BatchWriteItem" ? batchOf(body) : {}
    const fault = this.draw(operation)
    this.calls.push({ at, operation, items: count(batch), fault: fault.name })
    switch (fault.name) {
      case "blackhole":
        return
      case "down":
        return void answer.destroy()
      case "error500":
        return this.answer(answer, error500)
      case "throttle":
        return this.answer(answer, throttle)
      case "expired":
        return this.answer(answer, expired)
      case "partial":
        if (operation !== "BatchWriteItem") return this.answer(answer, await this.forward(incoming, body))
        return this.answer(answer, await this.forwardPart(incoming, body, batch, fault.share))
      case "lostReply":
        await this.forward(incoming, body)
        return void answer.destroy()
      case "slow": {
        const reply = await this.forward(incoming, body)
        const timer = setTimeout(() => {
          this.timers.delete(timer)
          this.answer(answer, reply)
        }, fault.ms)
        this.timers.add(timer)
        return
      }
      case "truncated":
      case "stalled": {
        const { body: whole, headers, status } = await this.forward(incoming, body)
        answer.writeHead(status, { ...headers, "content-length": whole.length })
        answer.write(whole.subarray(0, whole.length >> 1), () => {
          if (fault.name === "truncated") answer.destroy()
        })
        return
      }
      case "pass":
        return this.answer(answer, await this.forward(incoming, body))
    }
  }

  private answer(answer: ServerResponse, { body, headers, status }: Reply): void {
    answer.writeHead(status, { ...headers, "content-length": body.length })
    answer.end(body)
  }

  /** Asks the target. Fails when the target does. */
  private async forward({ headers, method = "POST", url = "/" }: IncomingMessage, body: Buffer): Promise<Reply> {
    const asking = request(new URL(url, this.target), {
      method,
      headers: { ...headers, "content-length": body.length },
      agent: false
    })
    asking.end(body)
    const [reply]: Array<IncomingMessage> = await once(asking, "response")
    if (reply === undefined) throw new Error("no answer")
    const { connection: _, "transfer-encoding": __, ...kept } = reply.headers
    const passed: Record<string, string | Array<string>> = {}
    for (const [name, value] of Object.entries(kept)) if (value !== undefined) passed[name] = value
    return { status: reply.statusCode ?? 502, headers: passed, body: await bodyOf(reply) }
  }

  private async forwardPart(incoming: IncomingMessage, body: Buffer, batch: Batch, share: number): Promise<Reply> {
    const { left, taken } = divide(batch, share)
    const headers = { "content-type": "application/x-amz-json-1.0" }
    if (count(taken) === 0) {
      return { status: 200, headers, body: Buffer.from(JSON.stringify({ UnprocessedItems: left })) }
    }
    const part = { ...JSON.parse(body.toString()), RequestItems: taken }
    const reply = await this.forward(incoming, Buffer.from(JSON.stringify(part)))
    if (reply.status !== 200) return reply
    const whole = { ...JSON.parse(reply.body.toString()), UnprocessedItems: left }
    // not the target's own headers: they carry a checksum of the answer it gave
    return { status: 200, headers, body: Buffer.from(JSON.stringify(whole)) }
  }
}
