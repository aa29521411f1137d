import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { decodeClientFrame } from "../../src/domain/ClientFrame.ts"
import { codePoints } from "../../src/domain/codePoints.ts"
import { contentProblem, normaliseContent } from "../../src/domain/Content.ts"
import { Emoji } from "../../src/domain/Emoji.ts"
import { mentionsOf } from "../../src/domain/mentions.ts"
import { userIdProblem } from "../../src/domain/UserId.ts"
import { normaliseUsername } from "../../src/domain/nameRule.ts"
import { usernameProblem } from "../../src/domain/Username.ts"
import { family, loneHigh, thumb } from "./texts.ts"

const isEmoji = Schema.is(Emoji)
const FRAME = 16_384
/** What a rule may take for the largest frame: a hundred times what one does, a hundredth of what backtracking would take. */
const BOUND_MS = 50

const fill = (piece: string) => piece.repeat(Math.ceil(FRAME / piece.length)).slice(0, FRAME)

/** The fastest of a few runs, so that a busy machine does not decide. */
const fastest = (run: () => unknown): number => {
  let best = Infinity
  for (let i = 0; i < 5 && best > BOUND_MS / 10; i++) {
    const start = performance.now()
    run()
    best = Math.min(best, performance.now() - start)
  }
  return best
}

// T31
describe("16 KiB of hostile text", () => {
  const texts: ReadonlyArray<readonly [name: string, text: string]> = [
    ["one letter", fill("a")],
    ["spaces", fill(" ")],
    ["spaces and one letter", fill(" ").slice(1) + "a"],
    ["no-break spaces and spaces", fill("\u00a0 ")],
    ["zero-width spaces and a control", fill("\u200b").slice(1) + "\u0000"],
    ["carriage returns", fill("\r")],
    ["line ends", fill("\r\n")],
    ["tabs and an override", fill("\t").slice(1) + "\u202e"],
    ["combining marks in the wrong order", "a" + fill("\u0301\u0323\u0345\u0327").slice(1)],
    ["mentions", fill("@a ")],
    ["at signs", fill("@")],
    ["a mention without an end", "@" + fill("a").slice(1)],
    ["mentions of mail addresses", fill("@a@a")],
    ["a mention and marks that end it, but for a letter", `@a${fill("!").slice(3)}a`],
    ["mentions of nobody", fill("@!.) ")],
    ["half a link", fill("http://")],
    ["emoji", fill(thumb)],
    ["families", fill(family)],
    ["lone surrogates", fill(loneHigh)],
    ["backslashes and quotes", fill('\\"')]
  ]
  const rules: ReadonlyArray<readonly [name: string, run: (text: string) => unknown]> = [
    ["counting", codePoints],
    ["content", (text) => contentProblem(normaliseContent(text))],
    ["content of the longest length allowed", (text) => contentProblem(normaliseContent(text.slice(0, 1000)))],
    ["usernames", (text) => usernameProblem(normaliseUsername(text))],
    ["user ids", userIdProblem],
    ["mentions", (text) => mentionsOf(text)],
    ["emoji", isEmoji],
    ["frames", (text) => decodeClientFrame(text, "plain")],
    ["content in frames", (text) => decodeClientFrame(JSON.stringify({ type: "chat", content: text }), "plain")],
    ["room names", (text) => decodeClientFrame(JSON.stringify({ type: "subscribe", roomId: text }), "hubbub.v1")],
    [
      "message ids",
      (text) => decodeClientFrame(JSON.stringify({ type: "chat", content: "x", messageId: text }), "plain")
    ],
    ["types", (text) => decodeClientFrame(JSON.stringify({ type: text }), "plain")]
  ]

  it.each(rules)("does not hold up %s", (_rule, run) => {
    for (const [name, text] of texts)
      assert.isBelow(
        fastest(() => run(text)),
        BOUND_MS,
        name
      )
  })
})
