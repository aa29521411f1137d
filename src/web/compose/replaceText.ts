/** Writes into a text area as if it were typed, so that it can be undone like what is. */

/** Puts `text` in place of what stands from `from` to `to`, and the caret behind it. */
export const replaceText = (area: HTMLTextAreaElement, from: number, to: number, text: string): void => {
  area.focus()
  area.setSelectionRange(from, to)
  // the only way there is to do so that undo knows of
  if (document.execCommand("insertText", false, text)) return
  area.setRangeText(text, from, to, "end")
  area.dispatchEvent(new Event("input", { bubbles: true }))
}
