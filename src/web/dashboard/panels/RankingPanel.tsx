/** Rooms or people, largest first, page by page; each leads to its own page. */
import { Button } from "../../ui/Button.tsx"
import { follow } from "../../Route.ts"
import type { Definition } from "../About.tsx"
import type { Envelope } from "../Answer.ts"
import { BarList } from "../BarList.tsx"
import type { ReactNode } from "react"
import { share } from "../Numeral.ts"
import { Panel } from "../Panel.tsx"
import type { Question } from "../Question.ts"
import { useScope } from "../Scope.ts"
import type { Cell, Column } from "../Sheet.ts"
import { addressOf } from "../View.ts"
import styles from "./RankingPanel.module.css"

const WITHHELD = "Names are withheld: fewer people stand behind this than the server asks for. Choose a longer period."

/** Entries on a page. */
export const PAGE = 10

interface Ranked {
  readonly id: string
  /** Beside or in place of the id. */
  readonly name: string
  readonly value: number
  readonly share: number | null
  readonly row: ReadonlyArray<Cell>
}

interface RankingPanelProps<A extends Envelope & { readonly hasMore: boolean; readonly withheld?: true }> {
  readonly of: "room" | "user"
  readonly title: string
  readonly about: ReadonlyArray<Definition>
  readonly question: Question<A>
  readonly ranked: (answer: A) => ReadonlyArray<Ranked>
  readonly columns: ReadonlyArray<Column>
  readonly offset: number
  readonly onOffset: (offset: number) => void
  readonly nothing: string
  readonly controls?: ReactNode
}

export const RankingPanel = <A extends Envelope & { readonly hasMore: boolean; readonly withheld?: true }>(
  props: RankingPanelProps<A>
) => {
  const { about, columns, controls, nothing, of, offset, onOffset, question, ranked, title } = props
  const { view } = useScope()
  return (
    <Panel<{ readonly answer: A }>
      id={`${of}s`}
      title={title}
      about={about}
      questions={{ answer: question }}
      span={6}
      height={420}
      nothing={nothing}
      controls={controls}
      draw={({ answer }) => {
        const entries = ranked(answer)
        return {
          envelope: answer,
          ...(entries.length === 0 ? {} : { detail: `${offset + 1}–${offset + entries.length}` }),
          sheet: { columns, rows: entries.map(({ row }) => row) },
          withheld: answer.withheld === true ? WITHHELD : undefined,
          empty: entries.length === 0 && offset === 0,
          drawing: (
            <div className={styles["ranking"]}>
              {entries.length === 0 ? <p>This period has no so many. Go back to the ones before.</p> : null}
              <BarList
                label={title}
                unit="count"
                bars={entries.map((entry) => ({
                  key: entry.id,
                  label: (
                    <a href={addressOf({ ...view, place: { of, id: entry.id }, tables: [] })} onClick={follow}>
                      <bdi>{entry.name}</bdi>
                    </a>
                  ),
                  value: entry.value,
                  aside: entry.share === null ? undefined : share(entry.share)
                }))}
              />
              {offset > 0 || answer.hasMore ? (
                <p className={styles["pages"]}>
                  <Button disabled={offset === 0} onClick={() => onOffset(Math.max(0, offset - PAGE))}>
                    Previous
                  </Button>
                  <Button disabled={!answer.hasMore} onClick={() => onOffset(offset + PAGE)}>
                    Next
                  </Button>
                </p>
              ) : null}
            </div>
          )
        }
      }}
    />
  )
}
