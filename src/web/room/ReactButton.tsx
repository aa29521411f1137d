/** A button that opens the emoji to react with. */
import { lazy, Suspense, useRef, useState } from "react"
import type { Row } from "../../client/index.ts"
import { IconButton } from "../ui/Button.tsx"
import type { IconName } from "../ui/Icon.tsx"
import type { RowActions } from "./RowActions.ts"

// it is of no use to who only reads
const EmojiPicker = lazy(async () => ({ default: (await import("../content/emoji/EmojiPicker.tsx")).EmojiPicker }))

interface ReactButtonProps {
  readonly icon: IconName
  readonly row: Row
  readonly actions: RowActions
}

export const ReactButton = ({ actions, icon, row }: ReactButtonProps) => {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  return (
    <>
      <IconButton
        ref={button}
        icon={icon}
        label="Add reaction"
        small
        data-react
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      />
      {open && button.current !== null ? (
        <Suspense fallback={null}>
          <EmojiPicker
            anchor={button.current}
            onPick={(emoji) => actions.react(row, emoji)}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </>
  )
}
