/** Text around messages that are JSON already, in parts: put together as one string, several megabytes would hold everybody up. */

/** Code units that are brought together, which costs less than a part for each message. */
const PART_UNITS = 16_384

/** `head`, the messages with commas between them, and `tail`, as UTF-8. */
export const messageParts = (head: string, messages: ReadonlyArray<string>, tail: string): ReadonlyArray<Buffer> => {
  const parts: Array<Buffer> = []
  let text = head
  for (const [i, json] of messages.entries()) {
    if (text.length + json.length > PART_UNITS) {
      parts.push(Buffer.from(text))
      text = ""
    }
    text += i === 0 ? json : `,${json}`
  }
  parts.push(Buffer.from(text + tail))
  return parts
}
