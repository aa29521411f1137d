/** What a message says, with its markup: React elements only, so that nothing in a text can be anything but text. */
import { type KeyboardEvent, type ReactNode, useEffect, useMemo } from "react"
import { useReadable } from "../Cell.ts"
import { follow, roomPath, routeOf } from "../Route.ts"
import type { Block, Inline, Link, Mention } from "./Block.ts"
import { CodeBlock } from "./CodeBlock.tsx"
import { emojis, namesEmoji } from "./emoji/emojis.ts"
import { onlyEmoji } from "./onlyEmoji.ts"
import { parse } from "./parse.ts"
import { plainText } from "./plainText.ts"
import styles from "./Text.module.css"

interface TextProps {
  readonly content: string
  /** Whom the message speaks to. Others behind an `@` are words. */
  readonly mentions?: ReadonlyArray<Mention> | undefined
  /** Mentions of this user stand out. */
  readonly selfId?: string | undefined
  /** What users are called now, by their ids; shown in place of what they were called when it was said. */
  readonly names?: { get(userId: string): string | undefined } | undefined
  /** Mentions are buttons where it is given. */
  readonly onMention?: ((userId: string) => void) | undefined
  /** Names of rooms are buttons where it is given. */
  readonly onRoom?: ((roomId: string) => void) | undefined
}

const HERE = { onClick: follow }
const ELSEWHERE = { target: "_blank" }

type Around = Pick<TextProps, "names" | "onMention" | "onRoom" | "selfId">

/** Whether an address is that of a room or of figures here, which need no other tab. */
const isHere = (url: string): boolean => {
  const to = new URL(url)
  return to.origin === location.origin && ["room", "dashboard"].includes(routeOf(to).view)
}

const Address = ({ host, text, url }: Link) => (
  <>
    <a href={url} rel="noopener noreferrer nofollow" title={url} {...(isHere(url) ? HERE : ELSEWHERE)}>
      <bdi>{text}</bdi>
    </a>
    {host === undefined ? null : (
      <span className={styles["host"]}>
        (<bdi>{host}</bdi>)
      </span>
    )}
  </>
)

/** A button of the kind that wraps with the words around it, which the browser's own does not. */
const pressable = (press: () => void) => ({
  role: "button",
  tabIndex: 0,
  onClick: press,
  onKeyDown: (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    press()
  }
})

type PartOf<T extends Inline["type"]> = Extract<Inline, { readonly type: T }>

const Person = ({ names, onMention, selfId, text, userId }: PartOf<"mention"> & Around) => {
  const name = names?.get(userId)
  const className = [styles["mention"], userId === selfId ? styles["self"] : undefined].filter(Boolean).join(" ")
  return (
    <span className={className} {...(onMention === undefined ? {} : pressable(() => onMention(userId)))}>
      <bdi>{name === undefined ? text : `@${name}`}</bdi>
    </span>
  )
}

const RoomName = ({ onRoom, roomId, text }: PartOf<"room"> & Around) =>
  onRoom === undefined ? (
    <span className={styles["room"]}>
      <bdi>{text}</bdi>
    </span>
  ) : (
    <a
      className={styles["room"]}
      href={roomPath(roomId)}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
        event.preventDefault()
        onRoom(roomId)
      }}
    >
      <bdi>{text}</bdi>
    </a>
  )

const shown = (parts: ReadonlyArray<Inline>, around: Around): ReadonlyArray<ReactNode> =>
  parts.map((part, key) => {
    switch (part.type) {
      case "strong":
        return <strong key={key}>{shown(part.children, around)}</strong>
      case "emphasis":
        return <em key={key}>{shown(part.children, around)}</em>
      case "strike":
        return <s key={key}>{shown(part.children, around)}</s>
      case "code":
        return (
          <code key={key} className={styles["code"]}>
            {part.text}
          </code>
        )
      case "link":
        return <Address key={key} {...part} />
      case "mention":
        return <Person key={key} {...part} {...around} />
      case "room":
        return <RoomName key={key} {...part} {...around} />
      case "emoji":
        return (
          <span key={key} title={`:${part.name}:`}>
            {part.text}
          </span>
        )
      default:
        return part.text
    }
  })

/** Only what is outermost takes its direction from its letters: blocks with one of their own would not count for those around them. */
const shownBlocks = (blocks: ReadonlyArray<Block>, around: Around, dir: "auto" | undefined): ReadonlyArray<ReactNode> =>
  blocks.map((block, key) => {
    switch (block.type) {
      case "paragraph":
        return (
          <p key={key} dir={dir}>
            {shown(block.children, around)}
          </p>
        )
      case "code":
        return <CodeBlock key={key} language={block.language} text={block.text} />
      case "quote":
        return (
          <blockquote key={key} dir={dir} className={styles["quote"]}>
            {shownBlocks(block.children, around, undefined)}
          </blockquote>
        )
      default: {
        const List = block.ordered ? "ol" : "ul"
        return (
          <List key={key} dir={dir} className={styles["list"]}>
            {block.items.map(({ children, value }, at) => (
              <li key={at} value={value}>
                {shown(children, around)}
              </li>
            ))}
          </List>
        )
      }
    }
  })

export const Text = ({ content, mentions, names, onMention, onRoom, selfId }: TextProps) => {
  const known = useReadable(emojis)
  const wanting = known === undefined && namesEmoji(content)
  useEffect(() => {
    if (wanting) void emojis.load()
  }, [wanting])
  const blocks = useMemo(() => parse(content, { mentions, emojiOf: known?.byName }), [content, mentions, known])
  const large = blocks.length === 1 && blocks[0]?.type === "paragraph" && onlyEmoji(plainText(blocks))
  return (
    <div className={[styles["text"], large ? styles["large"] : undefined].filter(Boolean).join(" ")}>
      {shownBlocks(blocks, { names, onMention, onRoom, selfId }, "auto")}
    </div>
  )
}
