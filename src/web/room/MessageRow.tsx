/** One message: who said it, when, what, and what others make of it. Drawn anew only where something of it is another. */
import { memo, useEffect, useId, useRef, useState } from "react"
import type { Row } from "../../client/index.ts"
import { Avatar } from "../ui/Avatar.tsx"
import { Icon } from "../ui/Icon.tsx"
import styles from "./MessageRow.module.css"
import { MessageTime } from "./MessageTime.tsx"
import { Failure } from "./Failure.tsx"
import { Reactions } from "./Reactions.tsx"
import { ReplyPreview } from "./ReplyPreview.tsx"
import type { RowActions } from "./RowActions.ts"
import { RowText } from "./RowText.tsx"
import { RowToolbar } from "./RowToolbar.tsx"

interface MessageRowProps {
  readonly row: Row
  readonly head: boolean
  readonly selfId: string
  readonly moderates: boolean
  /** The message that this one answers, where the list has it. */
  readonly answered: Row | undefined
  /** Whether the tab key comes to this row. */
  readonly stop: boolean
  /** Whether somebody was just sent here. */
  readonly found: boolean
  /** Whether it is in the composer to be changed. */
  readonly editing: boolean
  readonly actions: RowActions
}

const Pending = () => (
  <span className={styles["pending"]} title="Sending">
    <Icon name="clock" size={14} />
    <span className="unseen">Sending</span>
  </span>
)

const Author = ({ actions, id, row }: { readonly actions: RowActions; readonly id: string; readonly row: Row }) => (
  <>
    <button type="button" tabIndex={-1} className={styles["author"]} onClick={() => actions.openUser(row.userId)}>
      <bdi id={id}>{row.username}</bdi>
    </button>
    {row.bot === true ? <span className={styles["badge"]}>Bot</span> : null}
  </>
)

export const MessageRow = memo((props: MessageRowProps) => {
  const { actions, answered, editing, found, head, moderates, row, selfId, stop } = props
  const id = useId()
  const [pointed, setPointed] = useState(false)
  const [focused, setFocused] = useState(false)
  const article = useRef<HTMLElement>(null)
  // a button that goes while it has the focus tells nobody that it lost it
  useEffect(() => {
    if (focused && article.current?.contains(document.activeElement) !== true) setFocused(false)
  }, [focused, row])
  const mine = row.userId === selfId
  const deleted = row.deleted === true
  const toMe = !deleted && !mine && row.mentions?.includes(selfId) === true
  const active = (pointed || focused) && row.status === "sent" && !deleted && row.type === "chat"

  if (row.type === "system") {
    return (
      <article
        tabIndex={stop ? 0 : -1}
        data-key={row.key}
        className={styles["system"]}
        data-found={found || undefined}
        aria-labelledby={`${id}text ${id}when`}
      >
        <Icon name="chat" size={16} />
        <span id={`${id}text`} className={styles["systemText"]}>
          <bdi>{row.content}</bdi>
        </span>
        <MessageTime id={`${id}when`} timestamp={row.timestamp} />
      </article>
    )
  }

  return (
    <article
      ref={article}
      tabIndex={stop ? 0 : -1}
      data-key={row.key}
      className={styles["row"]}
      data-head={head || undefined}
      data-status={row.status}
      data-mention={toMe || undefined}
      data-found={found || undefined}
      data-editing={editing || undefined}
      data-active={active || undefined}
      aria-labelledby={`${id}who ${id}text ${id}when`}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setFocused(true)}
      onBlur={(event) => setFocused(event.currentTarget.contains(event.relatedTarget))}
    >
      {row.replyTo === undefined ? null : (
        <ReplyPreview answered={answered} messageId={row.replyTo} actions={actions} />
      )}
      <div className={styles["side"]}>
        {head ? <Avatar userId={row.userId} name={row.username} /> : <MessageTime timestamp={row.timestamp} quiet />}
      </div>
      <div className={styles["body"]}>
        {head ? (
          <p className={styles["by"]}>
            <Author actions={actions} id={`${id}who`} row={row} />
            <MessageTime id={`${id}when`} timestamp={row.timestamp} />
          </p>
        ) : (
          <p className="unseen">
            <bdi id={`${id}who`}>{row.username}</bdi>{" "}
            <span id={`${id}when`}>
              <MessageTime timestamp={row.timestamp} />
            </span>
          </p>
        )}
        <div id={`${id}text`} className={styles["content"]}>
          {deleted ? (
            <p className={styles["deleted"]}>
              <Icon name="trash" size={16} />
              This message was deleted
            </p>
          ) : (
            <RowText row={row} selfId={selfId} actions={actions} />
          )}
          {row.status === "pending" ? <Pending /> : null}
        </div>
        {row.status === "failed" ? <Failure row={row} actions={actions} /> : null}
        {deleted ? null : <Reactions row={row} selfId={selfId} actions={actions} />}
      </div>
      {active ? <RowToolbar row={row} mine={mine} moderates={moderates} actions={actions} /> : null}
    </article>
  )
})
