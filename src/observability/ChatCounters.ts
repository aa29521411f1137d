/** Counts what happens to connections and messages since the process started: a few additions an event, nothing per delivery. */
import type { AnalyticsEvent } from "../analytics/Event.ts"
import { closeReasons } from "../domain/CloseReason.ts"
import { ErrorCode } from "../domain/ProtocolError.ts"
import { Buckets, LATENCY_SECONDS } from "./Buckets.ts"
import { type MetricFamily, plain, type Reading } from "./MetricFamily.ts"

const OTHER = "other"

/** Counts by a label whose values are known beforehand; whatever else comes is one value, so that no peer can make series. */
class Labelled {
  private readonly label: string
  private readonly counts: Map<string, number>

  constructor(label: string, known: Iterable<string>) {
    this.label = label
    this.counts = new Map(Array.from([...known, OTHER], (value) => [value, 0]))
  }

  add(value: string): void {
    const known = this.counts.has(value) ? value : OTHER
    this.counts.set(known, (this.counts.get(known) ?? 0) + 1)
  }

  read(): ReadonlyArray<Reading> {
    return Array.from(this.counts, ([value, count]) => ({ labels: { [this.label]: value }, value: count }))
  }
}

/** The server's own, and what RFC 6455 has a connection end with that sent no code (1005) or no close frame (1006). */
const CODES = [...Object.values(closeReasons).map(({ code }) => code), 1005, 1006].sort((a, b) => a - b).map(String)

export class ChatCounters {
  private opened = 0
  private closed = 0
  private readonly disconnects = new Labelled("code", CODES)
  private chat = 0
  private system = 0
  private delivered = 0
  private readonly rejected = new Labelled("reason", ErrorCode.literals)
  private duplicates = 0
  private recovered = 0
  private afresh = 0
  private slow = 0
  private shed = 0
  private readonly publishing = new Buckets(LATENCY_SECONDS)
  private readonly delivery = new Buckets(LATENCY_SECONDS)

  /** Takes note of what operators count; the rest is for analysts. */
  note(event: AnalyticsEvent): void {
    switch (event._tag) {
      case "delivered":
        this.delivered += event.count
        return
      case "fannedOut":
        return this.delivery.add(event.ms / 1000)
      case "durable":
        return this.publishing.add(event.ms / 1000)
      case "message":
        if (event.type === "system") this.system++
        else this.chat++
        return
      case "connected":
        this.opened++
        return
      case "disconnected":
        this.closed++
        if (event.code === closeReasons.slow.code) this.slow++
        return this.disconnects.add(String(event.code))
      case "duplicate":
        this.duplicates++
        return
      case "rejected":
        return this.rejected.add(event.reason)
      case "resumed":
        if (event.recovered) this.recovered++
        else this.afresh++
        return
      case "ephemeralShed":
        this.shed += event.count
        return
      default:
    }
  }

  families(): ReadonlyArray<MetricFamily> {
    return [
      plain("gauge", "chat_connections", "Connections that are open.", this.opened - this.closed),
      plain("counter", "chat_connections_opened_total", "Connections that were opened.", this.opened),
      {
        name: "chat_disconnects_total",
        help: "Connections that ended, by close code; codes that only peers use are other.",
        type: "counter",
        samples: this.disconnects.read()
      },
      {
        name: "chat_messages_accepted_total",
        help: "Messages that were numbered and kept, by type.",
        type: "counter",
        samples: [
          { labels: { type: "chat" }, value: this.chat },
          { labels: { type: "system" }, value: this.system }
        ]
      },
      plain(
        "counter",
        "chat_messages_delivered_total",
        "Messages handed to sockets, once for each client.",
        this.delivered
      ),
      {
        name: "chat_messages_rejected_total",
        help: "Frames that were refused, by error code.",
        type: "counter",
        samples: this.rejected.read()
      },
      plain("counter", "chat_duplicates_total", "Messages that were sent again and recognised.", this.duplicates),
      {
        name: "chat_resumes_total",
        help: "Subscribes that came with a position, by whether everything missed was given.",
        type: "counter",
        samples: [
          { labels: { recovered: "true" }, value: this.recovered },
          { labels: { recovered: "false" }, value: this.afresh }
        ]
      },
      {
        name: "chat_publish_duration_seconds",
        help: "From the arrival of a message to when it is kept.",
        type: "histogram",
        samples: [this.publishing.read()]
      },
      {
        name: "chat_delivery_seconds",
        help: "From the arrival of a message to the end of the flush that hands it to its room.",
        type: "histogram",
        samples: [this.delivery.read()]
      },
      plain(
        "counter",
        "chat_slow_consumers_closed_total",
        "Connections closed because they took too little.",
        this.slow
      ),
      plain(
        "counter",
        "chat_ephemeral_shed_total",
        "Typing and presence frames that lagging clients went without.",
        this.shed
      )
    ]
  }
}
