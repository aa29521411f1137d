/** Begins to speak to somebody: their name goes into the field that one writes in, as if it was typed there. */

/** Does nothing where there is no such field, or it takes no text. */
export const address = (name: string): void => {
  const field = document.querySelector<HTMLTextAreaElement>("main textarea")
  if (field === null || field.disabled || field.readOnly) return
  field.focus()
  field.setSelectionRange(field.value.length, field.value.length)
  const gap = field.value === "" || /\s$/.test(field.value) ? "" : " "
  field.setRangeText(`${gap}@${name} `, field.value.length, field.value.length, "end")
  field.dispatchEvent(new InputEvent("input", { bubbles: true }))
}
