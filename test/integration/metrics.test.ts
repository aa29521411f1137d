/** What operators see: `/metrics` as Prometheus reads it, what a collector is sent, and the lines for CloudWatch. */
import { spawnSync } from "node:child_process"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { checkEmf } from "../observability/checkEmf.ts"
import { Collector } from "../observability/Collector.ts"
import { type ParsedFamily, parsePrometheus, valueIn } from "../observability/parsePrometheus.ts"
import { ChatClient } from "../support/ChatClient.ts"
import { RawSocket } from "../support/RawSocket.ts"
import { eventually, ServerProcess } from "../support/ServerProcess.ts"

const COMMIT = "0123456789abcdef"
const PROMISED = [
  "chat_analytics_computed_at_seconds",
  "chat_build_info",
  "chat_connections",
  "chat_connections_opened_total",
  "chat_dead_letters_total",
  "chat_delivery_seconds",
  "chat_disconnects_total",
  "chat_duplicates_total",
  "chat_ephemeral_shed_total",
  "chat_fiber_restarts_total",
  "chat_messages_accepted_total",
  "chat_messages_delivered_total",
  "chat_messages_rejected_total",
  "chat_outbound_queue_bytes",
  "chat_publish_duration_seconds",
  "chat_publish_hook_open",
  "chat_publish_hook_total",
  "chat_resumes_total",
  "chat_rooms",
  "chat_slow_consumers_closed_total",
  "chat_store_backlog_bytes",
  "chat_store_backlog_oldest_seconds",
  "chat_store_operation_duration_seconds",
  "chat_webhook_events_total",
  "chat_webhook_events_waiting",
  "chat_webhook_failures_total",
  "chat_webhook_waiting_bytes",
  "nodejs_eventloop_lag_seconds",
  "process_cpu_seconds_total",
  "process_resident_memory_bytes",
  "process_start_time_seconds"
]

let server: ServerProcess

beforeAll(async () => {
  server = await ServerProcess.start({ BUILD_COMMIT: COMMIT, STALL_TIMEOUT_MS: "60000", RATE_LIMIT_PER_SEC: "0" })
})
afterAll(async () => {
  assert.strictEqual(await server.stop(), 0)
})

const text = async () => (await server.fetch("/metrics")).text()
const metrics = async () => parsePrometheus(await text())

/** Waits until one series of the server has the value hoped for. */
const reaches = (name: string, labels: Readonly<Record<string, string>>, hoped: (value: number) => boolean) =>
  eventually(async () => valueIn(await metrics(), name, labels), hoped)

describe("GET /metrics", () => {
  it("is Prometheus' text, never cached, with an explanation for each family", async () => {
    const response = await server.fetch("/metrics")
    assert.strictEqual(response.status, 200)
    assert.strictEqual(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8")
    assert.include(response.headers.get("cache-control"), "no-store")
    const families = parsePrometheus(await response.text())
    assert.includeMembers(
      families.map(({ name }) => name),
      PROMISED
    )
    for (const { help, name, samples } of families) {
      assert.match(help, /^[A-Z].*\.$/, name)
      if (PROMISED.includes(name)) assert.isNotEmpty(samples, name)
      for (const { value } of samples) assert.isTrue(Number.isFinite(value) && value >= 0, name)
    }
  })

  it("answers HEAD, and refuses everything else", async () => {
    const head = await server.fetch("/metrics", { method: "HEAD" })
    assert.strictEqual(head.status, 200)
    assert.strictEqual(await head.text(), "")
    assert.strictEqual((await server.fetch("/metrics", { method: "POST" })).status, 405)
  })

  it("is clean in the eyes of promtool", async (test) => {
    const checked = spawnSync("promtool", ["check", "metrics"], {
      input: await text(),
      encoding: "utf8",
      timeout: 10_000
    })
    if (checked.error !== undefined) test.skip(`promtool is not there: ${checked.error.message}`)
    assert.deepEqual([checked.status, checked.stdout, checked.stderr], [0, "", ""])
  })

  it("says what runs, and how the process does", async () => {
    const families = await metrics()
    const { version } = await server.json("/health")
    assert.strictEqual(valueIn(families, "chat_build_info", { version: String(version), commit: COMMIT }), 1)
    assert.isAbove(valueIn(families, "process_resident_memory_bytes"), 10_000_000)
    assert.isAbove(valueIn(families, "process_cpu_seconds_total"), 0)
    assert.closeTo(valueIn(families, "process_start_time_seconds"), Date.now() / 1000, 300)
    assert.isBelow(valueIn(families, "nodejs_eventloop_lag_seconds", { quantile: "0.5" }), 1)
  })

  it("counts connections, messages, repeats, refusals and resumes", async () => {
    const before = await metrics()
    const grew = (families: ReadonlyArray<ParsedFamily>, name: string, labels: Readonly<Record<string, string>> = {}) =>
      valueIn(families, name, labels) - valueIn(before, name, labels)
    const ann = await ChatClient.v1(server, { userId: "u-secret-ann", username: "Ann Secret", room: "r-secret-room" })
    const bob = await ChatClient.plain(server, { userId: "u-secret-bob", username: "Bob", room: "r-secret-room" })
    const send = {
      type: "chat",
      roomId: "r-secret-room",
      content: "c-secret",
      messageId: "7f9c24e8-3b12-4c5e-8f00-0000000000ab"
    }
    const ack = await ann.ask(send)
    await ann.ask(send)
    await bob.next({ type: "chat", content: "c-secret" })
    bob.send({ type: "system", content: "hear" })
    await ann.next("system")
    bob.send({ type: "chat", content: "" })
    await bob.next("error")
    await ann.ask({ type: "subscribe", roomId: "r-secret-room", after: { epoch: ack["epoch"], seq: ack["seq"] } })
    await ann.ask({ type: "subscribe", roomId: "r-secret-room", after: { epoch: Number(ack["epoch"]) + 1, seq: 3 } })
    await reaches(
      "chat_delivery_seconds_count",
      {},
      (count) => count >= valueIn(before, "chat_delivery_seconds_count") + 2
    )
    await reaches("chat_messages_delivered_total", {}, (count) => count >= 4)
    await reaches(
      "chat_publish_duration_seconds_count",
      {},
      (count) => count >= valueIn(before, "chat_publish_duration_seconds_count") + 1
    )

    const after = await metrics()
    assert.strictEqual(grew(after, "chat_connections"), 2)
    assert.strictEqual(grew(after, "chat_connections_opened_total"), 2)
    assert.strictEqual(grew(after, "chat_rooms"), 1)
    assert.strictEqual(grew(after, "chat_messages_accepted_total", { type: "chat" }), 1)
    assert.strictEqual(grew(after, "chat_messages_accepted_total", { type: "system" }), 1)
    assert.strictEqual(grew(after, "chat_messages_delivered_total"), 4)
    assert.strictEqual(grew(after, "chat_duplicates_total"), 1)
    assert.strictEqual(grew(after, "chat_messages_rejected_total", { reason: "empty_content" }), 1)
    assert.strictEqual(grew(after, "chat_resumes_total", { recovered: "true" }), 1)
    assert.strictEqual(grew(after, "chat_resumes_total", { recovered: "false" }), 1)
    const took = grew(after, "chat_delivery_seconds_sum")
    assert.isTrue(took > 0 && took < 5, `${took} s`)
    assert.notInclude(await text(), "secret")

    await bob.close()
    await ann.cut()
    await reaches("chat_connections", {}, (count) => count === valueIn(before, "chat_connections"))
    const end = await metrics()
    assert.strictEqual(grew(end, "chat_disconnects_total", { code: "1000" }), 1)
    assert.strictEqual(grew(end, "chat_disconnects_total", { code: "1006" }), 1)
  })

  it("shows what waits for clients that do not read, until they are gone", async () => {
    const sender = await ChatClient.v1(server, { userId: "sender", username: "Sender", room: "stuck" })
    const stuck = await RawSocket.open(server, "/ws?userId=stuck&username=Stuck&room=stuck&history=0")
    stuck.stopReading()
    const content = "👍".repeat(1000)
    let waiting = 0
    while (waiting === 0) {
      for (let n = 0; n < 200; n++) sender.send({ type: "chat", roomId: "stuck", content, ref: n })
      await sender.next({ type: "ack", ref: 199 })
      waiting = valueIn(await metrics(), "chat_outbound_queue_bytes")
    }
    stuck.destroy()
    await reaches("chat_outbound_queue_bytes", {}, (bytes) => bytes < waiting)
  })

  it("has no more series after peers closed with codes of their own", async () => {
    const before = (await text()).split("\n").length
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const client = await ChatClient.plain(server, { userId: `odd${n}`, username: "Odd", room: "odd" })
        await client.close(3000 + n)
      })
    )
    await reaches("chat_disconnects_total", { code: "other" }, (count) => count >= 20)
    assert.strictEqual((await text()).split("\n").length, before)
  })
})

describe("a server with a collector", () => {
  it.live("exports what it knows, and the last of it when it stops", () =>
    Effect.gen(function* () {
      const collector = yield* Collector.open()
      yield* Effect.promise(async () => {
        const exporting = await ServerProcess.start({
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%2Ckey",
          OTEL_METRIC_EXPORT_INTERVAL: "200",
          OTEL_SERVICE_NAME: "chat-eu",
          LOG_LEVEL: "debug",
          DRAIN_WINDOW_MS: "0"
        })
        const client = await ChatClient.v1(exporting, { userId: "ann", username: "Ann", room: "lobby" })
        await client.ask({ type: "chat", roomId: "lobby", content: "hello" })
        const connections = async () => Collector.values(collector.exports.at(-1)!, "chat_connections")[0]?.[1]
        await collector.nth(0)
        await eventually(connections, (count) => count === 1)
        assert.strictEqual(await exporting.stop(), 0)
        const last = collector.exports.at(-1)!
        assert.deepInclude(last.resource, { "service.name": "chat-eu" })
        assert.strictEqual(last.headers["api-key"], "a,key")
        assert.includeMembers(
          last.metrics.map(({ name }) => name),
          PROMISED
        )
        assert.deepEqual(Collector.values(last, "chat_connections"), [["", 0]])
        assert.deepEqual(Collector.values(last, "chat_messages_accepted_total"), [
          ["type=chat", 1],
          ["type=system", 0]
        ])
        assert.deepInclude(Collector.values(last, "chat_disconnects_total"), ["code=1012", 1])
        assert.notInclude(exporting.said, "a,key")
        assert.notInclude(exporting.said, "a%2Ckey")
      })
    })
  )

  it("starts, serves and stops where there is none", async () => {
    const alone = await ServerProcess.start({
      // a server, but no collector
      OTEL_EXPORTER_OTLP_ENDPOINT: server.url,
      OTEL_METRIC_EXPORT_INTERVAL: "100"
    })
    const { why } = await alone.logged(({ msg }) => msg === "the metrics collector takes nothing")
    assert.strictEqual(why, "it answers 404")
    assert.strictEqual((await alone.fetch("/metrics")).status, 200)
    assert.strictEqual(await alone.stop(), 0)
    assert.lengthOf(
      alone.log.filter(({ level }) => level === "warn"),
      1
    )
  })
})

describe("a server on CloudWatch", () => {
  it("writes what happened since the last line when it stops", async () => {
    const writing = await ServerProcess.start({
      METRICS_EMF: "true",
      OTEL_SERVICE_NAME: "chat-eu",
      DRAIN_WINDOW_MS: "0"
    })
    const client = await ChatClient.v1(writing, { userId: "ann", username: "Ann", room: "lobby" })
    await client.ask({ type: "chat", roomId: "lobby", content: "hello" })
    assert.strictEqual(await writing.stop(), 0)
    const lines = writing.stdout.filter((line) => line.includes("CloudWatchMetrics"))
    assert.lengthOf(lines, 1)
    const { at, directives, root, units } = checkEmf(lines[0]!)
    assert.closeTo(at, Date.now(), 60_000)
    assert.deepEqual(
      directives.map(({ Dimensions, Namespace }) => [Namespace, Dimensions]),
      [["Hubbub", [["service"]]]]
    )
    assert.isBelow(units.size, 100)
    assert.deepInclude(root, {
      service: "chat-eu",
      chat_connections_opened_total: 1,
      chat_messages_accepted_total: 1,
      chat_connections: 0
    })
  })
})
