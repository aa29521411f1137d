/** Light or dark, and which way lines run: as the system and the language have it, unless the user says otherwise. */
import { cell } from "./Cell.ts"
import { stored } from "./Stored.ts"

type Theme = "system" | "light" | "dark"
type Direction = "auto" | "ltr" | "rtl"

interface Look {
  readonly theme: Theme
  readonly direction: Direction
}

const RIGHT_TO_LEFT = new Set(["ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"])

const ofLanguage = (language: string) => (RIGHT_TO_LEFT.has(language.toLowerCase().split("-")[0] ?? "") ? "rtl" : "ltr")

const oneOf = <const A extends string>(text: string | undefined, values: readonly [A, ...Array<A>]): A =>
  values.find((value) => value === text) ?? values[0]

const look = cell<Look>({
  theme: oneOf(stored.get("theme"), ["system", "light", "dark"]),
  direction: oneOf(stored.get("direction"), ["auto", "ltr", "rtl"])
})

const apply = () => {
  const { direction, theme } = look.getSnapshot()
  const { documentElement } = document
  if (theme === "system") delete documentElement.dataset["theme"]
  else documentElement.dataset["theme"] = theme
  documentElement.dir = direction === "auto" ? ofLanguage(navigator.language) : direction
}

export const appearance = {
  look,
  /** Has the page look as was chosen. */
  apply,
  choose: (change: Partial<Look>): void => {
    look.update((old) => ({ ...old, ...change }))
    const { direction, theme } = look.getSnapshot()
    stored.set("theme", theme === "system" ? undefined : theme)
    stored.set("direction", direction === "auto" ? undefined : direction)
    apply()
  }
}
