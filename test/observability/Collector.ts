/** A real HTTP server that takes what an OpenTelemetry collector takes, and answers as it is told to. */
import { once } from "node:events"
import { createServer, type IncomingHttpHeaders, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

interface Point {
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: { readonly stringValue?: string } }>
  readonly asInt?: number
  readonly asDouble?: number
  readonly count?: number
  readonly startTimeUnixNano: string
  readonly timeUnixNano: string
}

interface OtlpMetric {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly sum?: { readonly isMonotonic: boolean; readonly dataPoints: ReadonlyArray<Point> }
  readonly gauge?: { readonly dataPoints: ReadonlyArray<Point> }
  readonly histogram?: { readonly dataPoints: ReadonlyArray<Point> }
  readonly summary?: { readonly dataPoints: ReadonlyArray<Point> }
}

export interface Export {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly resource: Readonly<Record<string, string | undefined>>
  readonly metrics: ReadonlyArray<OtlpMetric>
}

const exportOf = (path: string, headers: IncomingHttpHeaders, body: string): Export => {
  const [one] = JSON.parse(body).resourceMetrics
  const attributes: Point["attributes"] = one.resource.attributes
  return {
    path,
    headers,
    body,
    resource: Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])),
    metrics: one.scopeMetrics[0].metrics
  }
}

export class Collector {
  readonly exports: Array<Export> = []
  /** Answer to what comes from now on; 0 for none at all. */
  status = 200
  private readonly server: Server
  private readonly watchers = new Set<() => void>()

  private constructor(location: string | undefined) {
    this.server = createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        this.exports.push(exportOf(request.url ?? "", request.headers, Buffer.concat(chunks).toString()))
        if (this.status !== 0) {
          response.writeHead(this.status, location === undefined ? {} : { location })
          response.end("{}")
        }
        for (const look of this.watchers) look()
      })
    })
  }

  /** Listens until the scope closes. `location`: where it sends people on to. */
  static readonly open = (location?: string) =>
    Effect.acquireRelease(
      Effect.promise(async () => {
        const collector = new Collector(location)
        collector.server.listen(0, "127.0.0.1")
        await once(collector.server, "listening")
        return collector
      }),
      ({ server }) =>
        Effect.promise(async () => {
          server.close()
          server.closeAllConnections()
          await once(server, "close")
        })
    )

  get url() {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** The export with this number, now or later. */
  async nth(index: number): Promise<Export> {
    while (this.exports.length <= index) {
      await new Promise<void>((resolve) => {
        const look = () => {
          this.watchers.delete(look)
          resolve()
        }
        this.watchers.add(look)
      })
    }
    return this.exports[index]!
  }

  /** Values of a metric in the newest export, with their labels. */
  static values({ metrics }: Export, name: string): ReadonlyArray<readonly [string, number | undefined]> {
    const metric = metrics.find((one) => one.name === name)
    const { dataPoints } = metric?.sum ?? metric?.gauge ?? metric?.histogram ?? metric?.summary ?? { dataPoints: [] }
    return dataPoints.map(({ asDouble, asInt, attributes, count }) => [
      attributes.map(({ key, value }) => `${key}=${value.stringValue}`).join(),
      asInt ?? asDouble ?? count
    ])
  }
}
