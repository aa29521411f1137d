import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { settings } from "../src/AppConfig.ts"
import { clientFrames } from "../src/domain/ClientFrame.ts"
import { closeReasons } from "../src/domain/CloseReason.ts"
import { ErrorCode } from "../src/domain/ProtocolError.ts"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")

describe("the README", () => {
  it("has every setting with its default and what it is for, in the order of the code", () => {
    const rows = readme.match(/^\| `[A-Z_]+` \| .*$/gm) ?? []
    assert.deepStrictEqual(
      rows,
      Object.values(settings).map(
        ({ doc, fallback, variable }) => `| \`${variable}\` | ${fallback === "" ? "–" : `\`${fallback}\``} | ${doc} |`
      )
    )
  })

  it("names every error code, every frame a client may send, and every close code", () => {
    for (const code of ErrorCode.literals) assert.include(readme, `\`${code}\``)
    for (const type of Object.keys(clientFrames)) assert.include(readme, `\`${type}\``)
    for (const { code } of Object.values(closeReasons)) assert.include(readme, String(code))
  })
})
