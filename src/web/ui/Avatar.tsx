/** A disc with the first letter of a name, in a colour that is the same for the same user everywhere. */
import styles from "./Avatar.module.css"

const HUES = 12

/** Which of the twelve colours an id has. */
const hueOf = (id: string): number => {
  let hash = 0
  for (const letter of id) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) | 0
  return Math.abs(hash) % HUES
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" })

const initialOf = (name: string): string => {
  const first = graphemes.segment(name.trim())[Symbol.iterator]().next().value
  return first === undefined ? "?" : first.segment.toLocaleUpperCase()
}

interface AvatarProps {
  readonly userId: string
  readonly name: string
  /** In rem. */
  readonly size?: number
}

/** Says nothing to who does not see it: the name stands beside. */
export const Avatar = ({ name, size = 2.25, userId }: AvatarProps) => (
  <span
    aria-hidden="true"
    className={styles["avatar"]}
    data-hue={hueOf(userId)}
    style={{ inlineSize: `${size}rem`, blockSize: `${size}rem`, fontSize: `${size * 0.45}rem` }}
  >
    {initialOf(name)}
  </span>
)
