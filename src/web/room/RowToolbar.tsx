/** What can be done about a message, beside it while it is pointed at or has the focus. */
import type { Row } from "../../client/index.ts"
import { IconButton } from "../ui/Button.tsx"
import { Menu, type MenuItem } from "../ui/Menu.tsx"
import { ReactButton } from "./ReactButton.tsx"
import type { RowActions } from "./RowActions.ts"
import styles from "./RowToolbar.module.css"

interface RowToolbarProps {
  readonly row: Row
  readonly mine: boolean
  readonly moderates: boolean
  readonly actions: RowActions
}

const QUICK = ["👍", "❤️", "😂"]

export const RowToolbar = ({ actions, mine, moderates, row }: RowToolbarProps) => {
  const mayDelete = mine || moderates
  const items: ReadonlyArray<MenuItem> = [
    ...(mine ? [{ label: "Edit", icon: "edit", onSelect: () => actions.edit(row) } as const] : []),
    { label: "Copy text", icon: "copy", onSelect: () => actions.copyText(row) },
    { label: "Copy link", icon: "link", onSelect: () => actions.copyLink(row) },
    ...(mine
      ? []
      : [{ label: `Message ${row.username}`, icon: "chat", onSelect: () => actions.openUser(row.userId) } as const]),
    ...(moderates && !mine
      ? [{ label: "Moderate…", icon: "shield", onSelect: () => actions.moderate(row) } as const]
      : []),
    ...(mayDelete
      ? [{ label: "Delete…", icon: "trash", danger: true, onSelect: () => actions.remove(row) } as const]
      : [])
  ]
  return (
    <div className={styles["toolbar"]} data-toolbar role="group" aria-label="Message actions">
      {QUICK.map((emoji) => (
        <button
          key={emoji}
          type="button"
          className={styles["quick"]}
          aria-label={`React with ${emoji}`}
          title={`React with ${emoji}`}
          onClick={() => actions.react(row, emoji)}
        >
          {emoji}
        </button>
      ))}
      <ReactButton icon="smile" row={row} actions={actions} />
      <IconButton icon="reply" label="Reply" small onClick={() => actions.reply(row)} />
      <Menu icon="more" label="More actions" small items={items} />
    </div>
  )
}
