/** A button that opens a list of things to do, by the pattern of the ARIA practices: arrows move, letters find, Escape closes. */
import { type ButtonHTMLAttributes, type ReactNode, useEffect, useId, useRef, useState } from "react"
import { IconButton } from "./Button.tsx"
import { Icon, type IconName } from "./Icon.tsx"
import styles from "./Menu.module.css"

export interface MenuItem {
  readonly label: string
  readonly icon?: IconName
  readonly danger?: boolean
  readonly disabled?: boolean
  readonly onSelect: () => void
}

interface MenuProps {
  readonly label: string
  readonly icon: IconName
  readonly items: ReadonlyArray<MenuItem>
  readonly small?: boolean
  /** Above the items. */
  readonly header?: ReactNode
  /** The button, where it is not one with a sign: its content is the children. */
  readonly button?: ButtonHTMLAttributes<HTMLButtonElement> & { readonly [name: `data-${string}`]: string | undefined }
}

export const Menu = ({ button: own, header, icon, items, label, small = false }: MenuProps) => {
  const [open, setOpen] = useState(false)
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)

  const place = () => {
    const anchor = button.current?.getBoundingClientRect()
    const element = list.current
    if (anchor === undefined || element === null) return
    const { height, width } = element.getBoundingClientRect()
    const below = anchor.bottom + 4 + height <= innerHeight
    const top = below ? anchor.bottom + 4 : Math.max(8, anchor.top - 4 - height)
    const start = document.documentElement.dir === "rtl" ? anchor.left : anchor.right - width
    element.style.top = `${top}px`
    element.style.left = `${Math.min(Math.max(8, start), Math.max(8, innerWidth - width - 8))}px`
  }

  const entries = () => [...(list.current?.querySelectorAll<HTMLButtonElement>("[role=menuitem]:not(:disabled)") ?? [])]

  const close = () => {
    setOpen(false)
    button.current?.focus()
  }

  useEffect(() => {
    const element = list.current
    if (!open || element === null) return undefined
    element.showPopover()
    place()
    entries()[0]?.focus()
    const toggled = (event: Event) => {
      if ("newState" in event && event.newState === "closed") setOpen(false)
    }
    element.addEventListener("toggle", toggled)
    addEventListener("resize", place)
    return () => {
      element.removeEventListener("toggle", toggled)
      removeEventListener("resize", place)
    }
  }, [open])

  const pressed = (event: React.KeyboardEvent) => {
    const all = entries()
    const at = all.indexOf(document.activeElement as HTMLButtonElement)
    const to = (index: number) => {
      event.preventDefault()
      all[(index + all.length) % all.length]?.focus()
    }
    if (event.key === "ArrowDown") to(at + 1)
    else if (event.key === "ArrowUp") to(at - 1)
    else if (event.key === "Home") to(0)
    else if (event.key === "End") to(-1)
    else if (event.key === "Escape") {
      event.preventDefault()
      event.stopPropagation()
      close()
    } else if (event.key === "Tab") setOpen(false)
    else if (event.key.length === 1) {
      const letter = event.key.toLocaleLowerCase()
      const next = [...all.slice(at + 1), ...all].find((one) => one.textContent.toLocaleLowerCase().startsWith(letter))
      next?.focus()
    }
  }

  const opens = {
    ref: button,
    "aria-haspopup": "menu",
    "aria-expanded": open,
    "aria-controls": open ? id : undefined,
    onClick: () => setOpen(!open)
  } as const

  return (
    <>
      {own?.children === undefined ? (
        <IconButton {...own} {...opens} icon={icon} label={label} small={small} />
      ) : (
        <button type="button" {...own} {...opens} />
      )}
      {open ? (
        <div ref={list} id={id} popover="auto" className={styles["menu"]} onKeyDown={pressed}>
          {header}
          <div role="menu" aria-label={label}>
            {items.map((item) => (
              <button
                key={item.label}
                type="button"
                role="menuitem"
                tabIndex={-1}
                disabled={item.disabled}
                className={item.danger === true ? styles["danger"] : undefined}
                onClick={() => {
                  close()
                  item.onSelect()
                }}
              >
                {item.icon === undefined ? null : <Icon name={item.icon} size={18} />}
                {item.label}
              </button>
            ))}
          </div>
        </div>
      ) : null}
    </>
  )
}
