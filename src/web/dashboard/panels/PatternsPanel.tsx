import type { Envelope, PatternKind, Patterns } from "../Answer.ts"
import { BarList } from "../BarList.tsx"
import { definitions } from "../definitions.ts"
import { brief, exact, share, tiny } from "../Numeral.ts"
import { Panel } from "../Panel.tsx"
import { report } from "../Question.ts"
import { useScope } from "../Scope.ts"
import { type Fact, factSheet } from "../Sheet.ts"
import styles from "./PatternsPanel.module.css"

const KINDS: ReadonlyArray<readonly [PatternKind, string]> = [
  ["replies", "Replies"],
  ["withQuestion", "With a question"],
  ["withEmoji", "With emoji"],
  ["withMention", "With a mention"],
  ["withLink", "With a link"],
  ["edits", "Edited"],
  ["deletes", "Deleted"]
]

/** `11–20`: of an entry and the one before it. */
const lengthNames = ({ lengths }: Patterns): ReadonlyArray<string> =>
  lengths.map(({ upTo }, i) => {
    const from = (lengths[i - 1]?.upTo ?? 0) + 1
    return upTo === null ? `${from}+` : `${from}–${upTo}`
  })

const factsOf = (patterns: Patterns): ReadonlyArray<Fact> => [
  { name: "messages", label: "Messages", value: patterns.messages, kind: "count" },
  { name: "meanLength", label: "Length, on average", value: patterns.meanLength, kind: "number" },
  ...KINDS.flatMap(([kind, label]): ReadonlyArray<Fact> => [
    { name: kind, label, value: patterns[kind], kind: "count" },
    { name: `shares.${kind}`, label: `${label}, share`, value: patterns.shares[kind], kind: "share" }
  ]),
  ...patterns.lengths.map(({ messages, upTo }, i): Fact => ({
    name: `lengths.${upTo ?? "more"}`,
    label: `${lengthNames(patterns)[i]} characters`,
    value: messages,
    kind: "count"
  }))
]

const Histogram = ({ patterns }: { readonly patterns: Patterns }) => {
  const most = Math.max(1, ...patterns.lengths.map(({ messages }) => messages))
  const names = lengthNames(patterns)
  return (
    <ol className={styles["histogram"]} dir="ltr" aria-label="Messages by length in characters">
      {patterns.lengths.map(({ messages }, i) => (
        <li key={names[i]} title={`${names[i]} characters: ${exact(messages)} messages`}>
          <data value={String(messages)}>{messages < 100_000 ? brief(messages, "count") : tiny(messages)}</data>
          <span aria-hidden="true" style={{ blockSize: `${(messages / most) * 12}rem` }} />
          <small>{names[i]}</small>
        </li>
      ))}
    </ol>
  )
}

export const PatternsPanel = ({ room }: { readonly room?: string }) => {
  const { period, tz } = useScope()
  return (
    <Panel<{ readonly patterns: Envelope & Patterns }>
      id="patterns"
      title="What messages are like"
      about={[definitions.patterns]}
      questions={{ patterns: report("patterns", { period, tz }, { room }) }}
      span={8}
      height={288}
      draw={({ patterns }) => ({
        envelope: patterns,
        detail: patterns.meanLength === null ? "" : `${brief(patterns.meanLength, "number")} characters on average`,
        sheet: factSheet(factsOf(patterns)),
        empty: patterns.messages === 0,
        drawing: (
          <div className={styles["both"]}>
            <Histogram patterns={patterns} />
            <BarList
              label="Messages by what is in them"
              unit="count"
              most={patterns.messages}
              bars={KINDS.map(([kind, label]) => ({
                key: kind,
                label,
                value: patterns[kind],
                aside: patterns.shares[kind] === null ? undefined : share(patterns.shares[kind])
              }))}
            />
          </div>
        )
      })}
    />
  )
}
