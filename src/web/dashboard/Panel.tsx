/** The frame of every figure: what it is and means, up to when it is complete, as a picture, a table or a file; or why it is not there. */
import { type ReactNode, useId, useRef } from "react"
import { Button, IconButton } from "../ui/Button.tsx"
import { Icon } from "../ui/Icon.tsx"
import { Menu } from "../ui/Menu.tsx"
import { notify } from "../ui/Notices.tsx"
import { About, type Definition } from "./About.tsx"
import type { Envelope } from "./Answer.ts"
import { download } from "./download.ts"
import type { Failure } from "./Failure.ts"
import type { Questions } from "./Inquiry.ts"
import { shownTime, withTimesShown } from "./Moment.ts"
import styles from "./Panel.module.css"
import { useScope } from "./Scope.ts"
import { csvOf, fileName, jsonOf, type Sheet } from "./Sheet.ts"
import { SheetTable } from "./SheetTable.tsx"
import { useInquiry } from "./useInquiry.ts"

/** What a panel makes of the answers. */
export interface Drawn {
  readonly envelope: Envelope
  readonly sheet: Sheet
  readonly drawing: ReactNode
  /** Whether there is nothing to draw. */
  readonly empty?: boolean
  /** Why the server keeps it to itself: neither picture, table nor file, since all would have zeros that are none. */
  readonly withheld?: string | undefined
  /** Beside the title: of how long the buckets are. */
  readonly detail?: string
  /** What the period is moved outwards to: quarters of an hour where it is not said. */
  readonly toldBy?: "minutes"
  /** What is not as it was asked for. */
  readonly note?: string | undefined
}

interface PanelProps<T extends object> {
  /** In the address and in names of files. */
  readonly id: string
  readonly title: string
  readonly about: ReadonlyArray<Definition>
  readonly questions: Questions<T>
  readonly draw: (answers: T) => Drawn
  /** Twelfths of the page on a wide screen. */
  readonly span: 4 | 6 | 8 | 12
  /** Pixels that it takes before there is anything to draw. */
  readonly height?: number
  readonly controls?: ReactNode
  /** Where there is nothing. */
  readonly nothing?: string
}

/** Milliseconds that counting may be behind before it is told. */
const BEHIND_MS = 60_000

const Waiting = ({ height }: { readonly height: number }) => (
  <div className={styles["waiting"]} role="status" style={{ blockSize: height }}>
    <span className="unseen">Loading</span>
  </div>
)

const Nothing = ({ height, text }: { readonly height: number; readonly text: string }) => (
  <div className={styles["state"]} style={{ minBlockSize: height }}>
    <Icon name="chart" size={28} />
    <p>{text}</p>
  </div>
)

interface WhyNotProps {
  readonly failure: Failure
  readonly height: number
  readonly retry: () => void
  readonly tz: string
}

const WhyNot = ({ failure: { detail, retryAfterMs, title }, height, retry, tz }: WhyNotProps) => (
  <div className={styles["state"]} role="alert" style={{ minBlockSize: height }}>
    <Icon name="warning" size={28} />
    <p className={styles["reason"]}>{title}</p>
    <p dir="auto">{withTimesShown(detail, tz)}</p>
    {retryAfterMs === undefined ? (
      <Button icon="refresh" onClick={retry}>
        Try again
      </Button>
    ) : (
      <p>Trying again in {Math.ceil(retryAfterMs / 1000)} s</p>
    )}
  </div>
)

export const Panel = <T extends object>(props: PanelProps<T>) => {
  const { about, controls, draw, height = 240, id, nothing, questions, span, title } = props
  const { answers, go, period, tz, view } = useScope()
  const frame = useRef<HTMLElement>(null)
  const { busy, retry, state } = useInquiry(questions, frame)
  const heading = useId()
  const drawn = state.status === "answered" ? draw(state.answers) : undefined
  const envelope = drawn?.envelope
  const wider =
    envelope !== undefined &&
    !period.rolling &&
    (Date.parse(envelope.from) !== period.from || Date.parse(envelope.to) !== period.to)
  const asTable = view.tables.includes(id)
  const nothingToSave = drawn === undefined || drawn.withheld !== undefined
  const behind =
    envelope === undefined || state.status !== "answered" || Date.parse(envelope.to) < Date.now() + answers.ahead()
      ? 0
      : state.answeredAt + answers.ahead() - Date.parse(envelope.computedAt)

  const save = (extension: "csv" | "json") => {
    if (drawn === undefined) return
    const name = fileName(id, drawn.envelope, extension)
    if (extension === "csv") download(name, "text/csv;charset=utf-8", csvOf(drawn.sheet, drawn.envelope))
    else download(name, "application/json", jsonOf(title, drawn.sheet, drawn.envelope))
    notify(`Downloaded ${name}`)
  }

  const body = () => {
    if (state.status === "asking") return <Waiting height={height} />
    if (state.status === "failed") return <WhyNot failure={state.failure} height={height} retry={retry} tz={tz} />
    if (drawn === undefined) return null
    if (drawn.withheld !== undefined) return <Nothing height={height} text={drawn.withheld} />
    if (asTable) return <SheetTable sheet={drawn.sheet} title={title} />
    if (drawn.empty === true) return <Nothing height={height} text={nothing ?? "No messages in this period"} />
    return drawn.drawing
  }

  return (
    <section ref={frame} className={styles["panel"]} data-span={span} aria-labelledby={heading} aria-busy={busy}>
      <header className={styles["header"]}>
        <h3 id={heading}>{title}</h3>
        <About title={title} definitions={about} version={envelope?.definitions} />
        {drawn?.detail === undefined ? null : (
          <span className={styles["detail"]} dir="auto">
            {drawn.detail}
          </span>
        )}
        <span className={styles["controls"]}>
          {controls}
          <IconButton
            icon={asTable ? "chart" : "table"}
            label={asTable ? `Show ${title} as a picture` : `Show ${title} as a table`}
            small
            aria-pressed={asTable}
            onClick={() => go({ tables: asTable ? view.tables.filter((one) => one !== id) : [...view.tables, id] })}
          />
          <Menu
            icon="download"
            label={`Download ${title}`}
            small
            items={[
              { label: "CSV", icon: "download", disabled: nothingToSave, onSelect: () => save("csv") },
              { label: "JSON", icon: "download", disabled: nothingToSave, onSelect: () => save("json") }
            ]}
          />
        </span>
      </header>
      <div className={styles["body"]}>{body()}</div>
      <footer className={styles["footer"]}>
        {envelope === undefined ? (
          <span>&nbsp;</span>
        ) : (
          <span title={envelope.computedAt}>
            Data as of <time dateTime={envelope.computedAt}>{shownTime(envelope.computedAt, "seconds", tz)}</time>
          </span>
        )}
        {drawn?.note === undefined ? null : <span>{drawn.note}</span>}
        {wider ? (
          <span dir="auto">
            Told by {drawn?.toldBy ?? "quarters of an hour"}: {shownTime(envelope.from, "minute", tz)} –{" "}
            {shownTime(envelope.to, "minute", tz)}
          </span>
        ) : null}
        {behind > BEHIND_MS ? (
          <span className={styles["behind"]}>Counting is {Math.round(behind / 60_000)} min behind.</span>
        ) : null}
        {state.status === "answered" && state.failure !== undefined ? (
          <span className={styles["behind"]}>Not refreshed: {state.failure.title.toLowerCase()}.</span>
        ) : null}
      </footer>
    </section>
  )
}
