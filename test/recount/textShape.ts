/** What kinds of things are in a text, by plain regular expressions. */

export interface TextShape {
  /** Code points; a lone surrogate counts as one. */
  readonly length: number
  readonly link: boolean
  readonly mention: boolean
  readonly question: boolean
  readonly emoji: boolean
}

const LINK = /https?:\/\/\S/i
const MENTION = /(?<![\p{L}\p{M}\p{Nd}_])@[\p{L}\p{Nd}_]/u
const QUESTION = /[?\uff1f\u061f\u037e]/
const EMOJI = /(?![©®™])\p{Extended_Pictographic}|[\u{1f1e6}-\u{1f1ff}]{2}|[0-9#*]\ufe0f?\u20e3/u

export const textShape = (content: string): TextShape => ({
  length: Array.from(content).length,
  link: LINK.test(content),
  mention: MENTION.test(content),
  question: QUESTION.test(content),
  emoji: EMOJI.test(content)
})
