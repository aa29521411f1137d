/** Where one writes: what was begun stays until it is sent, and nothing is sent that would be refused. */
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react"
import {
  type ConnectionState,
  HubbubError,
  type Member,
  type Mute,
  type Room,
  type RoomSnapshot,
  type Row
} from "../../client/index.ts"
import { problemText } from "../chat/problemText.ts"
import { codePoints } from "../../domain/codePoints.ts"
import { useReadable } from "../Cell.ts"
import { EmojiButton } from "../content/emoji/EmojiButton.tsx"
import { IconButton } from "../ui/Button.tsx"
import { notify } from "../ui/Notices.tsx"
import { About } from "./About.tsx"
import { SuggestionList } from "./completion/SuggestionList.tsx"
import { useCompletion } from "./completion/useCompletion.ts"
import styles from "./Composer.module.css"
import { Counter } from "./Counter.tsx"
import { type Draft, draftOf, emptyDraft } from "./Draft.ts"
import { HeldNote } from "./HeldNote.tsx"
import { heldRows } from "./heldRows.ts"
import { isBlank } from "../../domain/isBlank.ts"
import { MENTIONS_MAX, mentionsIn, unknownIn } from "./mentionsIn.ts"
import { Note } from "./Note.tsx"
import { obstacleOf } from "./obstacle.ts"
import { editOf, forgetEdit } from "./Purpose.ts"
import { replaceText } from "./replaceText.ts"
import { spokeAt } from "./spokeAt.ts"
import { useNow } from "./useNow.ts"

interface ComposerProps {
  readonly room: Room
  readonly snapshot: RoomSnapshot
  readonly connection: ConnectionState
  /** Where one may not speak anywhere. */
  readonly muted?: Mute | undefined
  readonly limits: { readonly contentCodePoints: number } | undefined
  readonly selfId: string
  /** Whom one may mean by an `@`, the most recent first. */
  readonly people: ReadonlyArray<Member>
  /** Rooms one may mean by a `#`. */
  readonly roomIds: ReadonlyArray<string>
  readonly replyTo: Row | undefined
  readonly onReplyDone: () => void
  readonly editing: Row | undefined
  readonly onEditDone: () => void
  /** Arrow up where nothing was begun. */
  readonly onEditLast: () => void
  /** What the room is called, where its id is not a name. */
  readonly title?: string | undefined
  /** Whether one moderates here, and slow mode and freezing do not apply; while that is not known they are told and not kept. */
  readonly moderates?: boolean | undefined
}

/** Of a server that has not said. */
const CONTENT_MAX = 1000

/** Empty lines around a message are nobody's words. */
const tidied = (text: string) => text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd()

/** What an edit begins with: the text, and those it speaks to. */
const draftFrom = ({ content, mentions = [] }: Row, people: ReadonlyArray<Member>): Draft => ({
  text: content,
  picked: people
    .filter(({ userId }) => mentions.includes(userId))
    .map(({ userId, username }) => ({ userId, name: username }))
})

/** Held with a key that makes it another one: rooms are gone through so. */
const isWithOthers = ({ altKey, ctrlKey, metaKey, shiftKey }: React.KeyboardEvent) =>
  altKey || ctrlKey || metaKey || shiftKey

/** How long one has to wait, for whichever reason, with the time as of now. */
const useObstacle = ({ connection, moderates, muted, room, selfId, snapshot }: ComposerProps) => {
  const at = (now: number) => {
    const spoke = spokeAt(room.id, snapshot.messages, selfId, now)
    return obstacleOf({ connection, muted, snapshot, moderates, spokeAt: spoke, now })
  }
  return at(useNow(at(Date.now())?.until))
}

export const Composer = (props: ComposerProps) => {
  const { editing, limits, onEditLast, onReplyDone, people, replyTo, room, roomIds, selfId, snapshot } = props
  const area = useRef<HTMLTextAreaElement>(null)
  const counter = useId()
  const [saving, setSaving] = useState(false)
  const [problem, setProblem] = useState<string>()
  const edited = useRef(editing?.key)
  edited.current = editing?.key
  // begun anew for each message that is changed
  const edit = useMemo(
    () => (editing === undefined ? undefined : editOf(editing, () => draftFrom(editing, people))),
    [editing?.key]
  )
  const draft = edit ?? draftOf(room.id)
  const now = useReadable(draft)
  const { text } = now
  const obstacle = useObstacle(props)
  const held = heldRows(snapshot.messages, Date.now())
  const most = limits?.contentCodePoints ?? CONTENT_MAX
  const length = codePoints(text)
  const over = length > most
  const blocked = editing === undefined && obstacle?.blocks === true
  const ready = !over && !blocked && !saving && !isBlank(text)

  const completion = useCompletion({
    area,
    draft: now,
    people,
    roomIds,
    selfId,
    onPick: ({ mention }) => {
      if (mention === undefined) return
      draft.update(({ picked, text }) => ({
        text,
        picked: [...picked.filter(({ name }) => name !== mention.name), mention]
      }))
    }
  })

  useLayoutEffect(() => {
    const element = area.current
    const line = element?.parentElement
    if (element === null || !line) return
    // as high as before while it is measured: a list that is higher for a moment leaves its end
    line.style.minBlockSize = `${line.offsetHeight}px`
    element.style.blockSize = "auto"
    element.style.blockSize = `${element.scrollHeight}px`
    line.style.minBlockSize = ""
  }, [text])

  useEffect(() => {
    setProblem(undefined)
    setSaving(false)
    const element = area.current
    if (element === null || (replyTo ?? editing) === undefined) return
    element.focus()
    element.setSelectionRange(element.value.length, element.value.length)
  }, [replyTo?.key, editing?.key])

  const onEditDone = () => {
    if (editing !== undefined) forgetEdit(editing)
    props.onEditDone()
  }

  const wrote = (value: string) => {
    setProblem(undefined)
    draft.update(({ picked }) => (value === "" ? emptyDraft : { text: value, picked }))
    if (editing === undefined) room.typing(!isBlank(value))
  }

  const save = async (row: Row, content: string, mentions: ReadonlyArray<string>) => {
    if (content === row.content) return onEditDone()
    // another one may be changed by the time that it is answered
    const isStill = () => edited.current === row.key
    setSaving(true)
    try {
      await room.edit(row, content, { mentions })
      forgetEdit(row)
      if (isStill()) props.onEditDone()
    } catch (error) {
      const why = `Your change was not saved. ${problemText(error)}`
      if (isStill()) setProblem(why)
      else notify(why, { kind: "error" })
    } finally {
      if (isStill()) setSaving(false)
    }
  }

  const say = async (content: string, said: Draft, mentions: ReadonlyArray<string>) => {
    try {
      await room.send(content, { replyTo: replyTo?.messageId, mentions })
    } catch (error) {
      // any other refusal stands in the list, with its message
      if (!(error instanceof HubbubError) || error.code !== "outbox_full") return
      draftOf(room.id).update((begun) => (begun.text === "" ? said : { ...begun, text: `${said.text}\n${begun.text}` }))
      notify("Too many messages wait to be sent. Yours is still in the box: send it a little later.", { kind: "error" })
    }
  }

  const submit = () => {
    // not what was drawn: a second Enter may come before the next drawing
    const said = draft.getSnapshot()
    const content = tidied(said.text)
    if (!ready || isBlank(content) || codePoints(said.text) > most) return
    area.current?.focus()
    if (editing !== undefined) {
      // who was not known yet when the change was begun, and who is not known any more
      const picked = [...said.picked, ...draftFrom(editing, people).picked]
      const all = new Set([...mentionsIn(content, picked), ...unknownIn(editing, [...people, ...said.picked])])
      void save(editing, content, [...all].slice(0, MENTIONS_MAX))
      return
    }
    const mentions = mentionsIn(content, said.picked)
    draft.set(emptyDraft)
    void say(content, said, mentions)
    if (replyTo !== undefined) onReplyDone()
  }

  const pressed = (event: React.KeyboardEvent<HTMLTextAreaElement>) => {
    // 229 is what some browsers say while a letter is composed
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (completion.pressed(event)) return
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault()
      submit()
    } else if (event.key === "ArrowUp" && !isWithOthers(event) && text === "" && editing === undefined) {
      event.preventDefault()
      onEditLast()
    } else if (event.key === "Escape" && (editing ?? replyTo) !== undefined) {
      event.preventDefault()
      event.stopPropagation()
      if (editing === undefined) onReplyDone()
      else onEditDone()
    }
  }

  const caretMoved = ({ currentTarget }: { readonly currentTarget: HTMLTextAreaElement }) => {
    const { selectionEnd, selectionStart } = currentTarget
    completion.moved(selectionStart === selectionEnd ? selectionEnd : undefined)
  }

  const insert = (emoji: string) => {
    const element = area.current
    if (element !== null) replaceText(element, element.selectionStart, element.selectionEnd, emoji)
  }

  const name = `Message ${props.title ?? `#${room.id}`}`
  const open = completion.suggestions.length > 0
  return (
    <form
      className={styles["composer"]}
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div role="status" className={styles["notes"]}>
        {obstacle === undefined || editing !== undefined ? null : (
          <Note {...obstacle} kind={obstacle.blocks ? "warn" : "info"} icon={obstacle.blocks ? "block" : "clock"} />
        )}
        {held === undefined ? null : <HeldNote room={room} {...held} />}
        {problem === undefined ? null : <Note kind="warn" icon="warning" text={problem} />}
      </div>
      <div className={styles["box"]} data-over={over}>
        {editing === undefined ? null : <About does="edit" row={editing} onCancel={onEditDone} />}
        {editing !== undefined || replyTo === undefined ? null : (
          <About does="reply" row={replyTo} onCancel={onReplyDone} />
        )}
        <SuggestionList {...completion} />
        <div className={styles["line"]}>
          <textarea
            ref={area}
            className={styles["area"]}
            rows={1}
            dir="auto"
            value={text}
            placeholder={name}
            aria-label={name}
            aria-describedby={counter}
            aria-invalid={over}
            aria-autocomplete="list"
            aria-controls={open ? completion.id : undefined}
            aria-activedescendant={open ? completion.optionId(completion.active) : undefined}
            autoComplete="off"
            enterKeyHint="send"
            onChange={(event) => {
              wrote(event.currentTarget.value)
              if ("isComposing" in event.nativeEvent && event.nativeEvent.isComposing === true)
                completion.moved(undefined)
              else caretMoved(event)
            }}
            onSelect={caretMoved}
            onBlur={() => completion.moved(undefined)}
            onKeyDown={pressed}
          />
          <EmojiButton label="Add an emoji" onPick={insert} />
          <IconButton
            type="submit"
            icon={editing === undefined ? "send" : "check"}
            label={editing === undefined ? "Send" : "Save changes"}
            className={styles["send"]}
            disabled={!ready}
            // so that the keyboard of a phone stays
            onMouseDown={(event) => event.preventDefault()}
          />
        </div>
      </div>
      <Counter id={counter} length={length} most={most} />
      <p className="unseen" role="status">
        {over ? `Too long: at most ${most} characters can be sent.` : null}
        {open ? `${completion.suggestions.length} suggestions` : null}
      </p>
    </form>
  )
}
