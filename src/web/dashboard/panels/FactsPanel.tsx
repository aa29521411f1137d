/** Figures of the whole window beside each other, of one report. */
import type { ReactNode } from "react"
import type { Definition } from "../About.tsx"
import type { Envelope } from "../Answer.ts"
import { Facts } from "../Facts.tsx"
import { Panel } from "../Panel.tsx"
import type { Question } from "../Question.ts"
import { type Fact, factSheet } from "../Sheet.ts"

interface FactsPanelProps<A extends Envelope> {
  readonly id: string
  readonly title: string
  readonly about: ReadonlyArray<Definition>
  readonly question: Question<A>
  readonly facts: (answer: A) => ReadonlyArray<Fact>
  readonly span: 4 | 6 | 8 | 12
  readonly empty?: (answer: A) => boolean
  readonly nothing?: string
  readonly withheld?: (answer: A) => string | undefined
  readonly height?: number
  /** Why some of them are missing. */
  readonly note?: (answer: A) => string | undefined
  /** Under the figures. */
  readonly under?: (answer: A) => ReactNode
}

export const FactsPanel = <A extends Envelope>(props: FactsPanelProps<A>) => {
  const { about, empty, facts, height = 200, id, note, nothing, question, span, title, under, withheld } = props
  return (
    <Panel<{ readonly answer: A }>
      id={id}
      title={title}
      about={about}
      questions={{ answer: question }}
      span={span}
      height={height}
      {...(nothing === undefined ? {} : { nothing })}
      draw={({ answer }) => ({
        envelope: answer,
        sheet: factSheet(facts(answer)),
        withheld: withheld?.(answer),
        note: note?.(answer),
        empty: empty?.(answer) ?? false,
        drawing: (
          <>
            <Facts facts={facts(answer).filter(({ aside }) => aside !== true)} />
            {under?.(answer)}
          </>
        )
      })}
    />
  )
}
