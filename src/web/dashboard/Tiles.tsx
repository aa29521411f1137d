/** What one looks at first. */
import { definitions as d } from "./definitions.ts"
import styles from "./Overview.module.css"
import { timeseries, type Told } from "./Question.ts"
import { useScope } from "./Scope.ts"
import { ratioOf, Tile, tiled } from "./Tile.tsx"

const read = ({ told }: { readonly told: Told }) => tiled(told)

export const Tiles = () => {
  const { period, tz } = useScope()
  const of = (metric: string) => timeseries(metric, { period, tz, compare: true })
  return (
    <div className={styles["tiles"]}>
      <Tile title="Messages" unit="count" about={[d.messages]} questions={{ told: of("messages") }} read={read} />
      <Tile
        title="Engaged users"
        unit="count"
        about={[d.engaged]}
        questions={{ told: of("engagedUsers") }}
        read={read}
      />
      <Tile
        title="Peak connections"
        unit="count"
        about={[d.connections, d.gap]}
        questions={{ told: of("connections") }}
        read={read}
      />
      <Tile
        title="Latency, p95"
        unit="milliseconds"
        about={[d.fannedOut, d.latency]}
        questions={{ told: of("latencyP95Ms") }}
        read={read}
      />
      <Tile
        title="Delivered"
        unit="share"
        about={[d.delivered]}
        questions={{ delivered: of("delivered"), expected: of("expected") }}
        read={({ delivered, expected }: { readonly delivered: Told; readonly expected: Told }) =>
          ratioOf(delivered, expected)
        }
      />
      <Tile title="Rejections" unit="count" about={[d.rejected]} questions={{ told: of("rejected") }} read={read} />
    </div>
  )
}
