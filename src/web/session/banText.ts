/** What the server says of a ban, as a sentence, with its end in the time of this place. */

const MOMENT = /\d{4}-\d{2}-\d{2}T[\d:.]+Z/

const local = (moment: string): string =>
  new Date(moment).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })

export const banText = (detail: string): string => {
  const text = detail.replace(MOMENT, local)
  return `${text.charAt(0).toLocaleUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`
}
