/** Begins to speak to somebody: their name goes into the field that one writes in, as if it was typed there. */
import { draftOf } from "../compose/Draft.ts"
import type { Mention } from "../content/Block.ts"

/** They are mentioned by what is said then. Does nothing where there is no such field, or it takes no text. */
export const address = (roomId: string, mention: Mention): void => {
  const { name } = mention
  const field = document.querySelector<HTMLTextAreaElement>("main textarea")
  if (field === null || field.disabled || field.readOnly) return
  field.focus()
  field.setSelectionRange(field.value.length, field.value.length)
  const gap = field.value === "" || /\s$/.test(field.value) ? "" : " "
  field.setRangeText(`${gap}@${name} `, field.value.length, field.value.length, "end")
  field.dispatchEvent(new InputEvent("input", { bubbles: true }))
  draftOf(roomId).update(({ picked, text }) => ({
    text,
    picked: [...picked.filter((one) => one.name !== name), mention]
  }))
}
