/** One figure of the window, how it went, and how it is beside the period before. */
import { useRef } from "react"
import { IconButton } from "../ui/Button.tsx"
import { About, type Definition } from "./About.tsx"
import type { Series } from "./Answer.ts"
import type { Questions } from "./Inquiry.ts"
import { shownTime, withTimesShown } from "./Moment.ts"
import { deltaOf, exact, narrow, type Unit } from "./Numeral.ts"
import type { Told } from "./Question.ts"
import { useScope } from "./Scope.ts"
import { Sparkline } from "./Sparkline.tsx"
import styles from "./Tile.module.css"
import { useInquiry } from "./useInquiry.ts"

/** A figure of the window and one of each bucket; `before`: that of the period before, if that is kept. */
export interface Tiled {
  readonly told: Told
  readonly total: number | null
  readonly values: ReadonlyArray<number | null>
  readonly before: number | null | undefined
}

export const tiled = (told: Told): Tiled => ({
  told,
  total: told.total,
  values: told.points.map(({ value }) => value),
  before: told.previous?.total
})

const over = (part: number | null | undefined, whole: number | null | undefined): number | null =>
  part === null || part === undefined || whole === null || whole === undefined || whole === 0 ? null : part / whole

/** One figure divided by another. */
export const ratioOf = (part: Told, whole: Told): Tiled => {
  const values = (a: Series, b: Series) => a.points.map(({ value }, i) => over(value, b.points[i]?.value))
  return {
    told: part,
    total: over(part.total, whole.total),
    values: values(part, whole),
    before: part.previous === undefined ? undefined : over(part.previous.total, whole.previous?.total)
  }
}

interface TileProps<T extends object> {
  readonly title: string
  readonly unit: Unit
  readonly about: ReadonlyArray<Definition>
  readonly questions: Questions<T>
  readonly read: (answers: T) => Tiled
}

const SIGNS = { up: "▲", down: "▼", same: "" }

export const Tile = <T extends object>({ about, questions, read, title, unit }: TileProps<T>) => {
  const { tz } = useScope()
  const frame = useRef<HTMLDivElement>(null)
  const { busy, retry, state } = useInquiry(questions, frame)
  const tile = state.status === "answered" ? read(state.answers) : undefined
  const delta = tile === undefined ? undefined : deltaOf(tile.total, tile.before)
  return (
    <div ref={frame} role="group" className={styles["tile"]} aria-label={title} aria-busy={busy}>
      <header>
        <h3>{title}</h3>
        <About title={title} definitions={about} version={tile?.told.definitions} />
      </header>
      {state.status === "failed" ? (
        <p className={styles["failed"]} role="alert" title={withTimesShown(state.failure.detail, tz)}>
          {state.failure.title}
          {state.failure.retryAfterMs === undefined ? (
            <IconButton icon="refresh" label={`Ask for ${title} again`} small onClick={retry} />
          ) : null}
        </p>
      ) : tile === undefined ? (
        <p className={styles["waiting"]} role="status">
          <span className="unseen">Loading</span>
        </p>
      ) : (
        <>
          <p className={styles["value"]}>
            <data
              dir="ltr"
              value={tile.total === null ? "" : String(tile.total)}
              title={`${tile.total === null ? "no value" : exact(tile.total)}, data as of ${shownTime(tile.told.computedAt, "seconds", tz)}`}
            >
              {narrow(tile.total, unit)}
            </data>
          </p>
          {state.status === "answered" && state.failure !== undefined ? (
            <p className={styles["failed"]}>Not refreshed: {state.failure.title.toLowerCase()}</p>
          ) : null}
          <p
            className={styles["delta"]}
            title={
              tile.before === null || tile.before === undefined ? "" : `${exact(tile.before)} in the period before`
            }
          >
            {delta === undefined ? (
              <span className={styles["none"]}>
                {tile.before === undefined ? "period before not kept" : "nothing to compare"}
              </span>
            ) : (
              <>
                <span aria-hidden="true">{SIGNS[delta.direction]}</span> <span dir="ltr">{delta.text}</span>{" "}
                <span className={styles["than"]}>{delta.direction === "same" ? "as before" : "vs before"}</span>
              </>
            )}
          </p>
          <Sparkline values={tile.values} open={tile.told.points.at(-1)?.partial ?? false} />
        </>
      )}
    </div>
  )
}
