/** Buttons: with words, or with a sign alone and a name for those who do not see it. */
import type { ButtonHTMLAttributes, Ref } from "react"
import { Icon, type IconName } from "./Icon.tsx"
import styles from "./Button.module.css"

type Kind = "primary" | "normal" | "quiet" | "danger"

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` is the one thing to do in a place, `quiet` has no frame until it is pointed at. */
  readonly kind?: Kind
  readonly icon?: IconName
  readonly ref?: Ref<HTMLButtonElement>
}

export const Button = ({ children, className, icon, kind = "normal", type = "button", ...rest }: ButtonProps) => (
  <button type={type} className={[styles["button"], styles[kind], className].filter(Boolean).join(" ")} {...rest}>
    {icon === undefined ? null : <Icon name={icon} size={18} />}
    {children}
  </button>
)

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children" | "aria-label"> {
  readonly icon: IconName
  /** What it does, read aloud and shown where it is pointed at. */
  readonly label: string
  readonly small?: boolean
  readonly ref?: Ref<HTMLButtonElement>
}

export const IconButton = ({ className, icon, label, small = false, type = "button", ...rest }: IconButtonProps) => (
  <button
    type={type}
    aria-label={label}
    title={label}
    className={[styles["icon"], small ? styles["small"] : undefined, className].filter(Boolean).join(" ")}
    {...rest}
  >
    <Icon name={icon} size={small ? 18 : 20} />
  </button>
)
