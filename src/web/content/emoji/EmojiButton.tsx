/** A button that opens the emoji to choose from. */
import { lazy, Suspense, useRef, useState } from "react"
import { IconButton } from "../../ui/Button.tsx"

// it is of no use to who only reads
const EmojiPicker = lazy(async () => ({ default: (await import("./EmojiPicker.tsx")).EmojiPicker }))

interface EmojiButtonProps {
  readonly label: string
  readonly small?: boolean
  readonly onPick: (emoji: string) => void
}

export const EmojiButton = ({ label, onPick, small = false }: EmojiButtonProps) => {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  return (
    <>
      <IconButton
        ref={button}
        icon="smile"
        label={label}
        small={small}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      />
      {open && button.current !== null ? (
        <Suspense fallback={null}>
          <EmojiPicker anchor={button.current} onPick={onPick} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  )
}
