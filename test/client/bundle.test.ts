/** What a page has to load for it. */
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { resolve } from "node:path"
import { build } from "vite"

const root = resolve(import.meta.dirname, "../..")
const MAX_BYTES = 8900

describe("the client", () => {
  it("is less than 8.9 kB of one module that needs no other", async () => {
    const built = await build({
      configFile: false,
      logLevel: "silent",
      root,
      build: {
        write: false,
        target: "es2022",
        modulePreload: false,
        rolldownOptions: { input: "src/client/index.ts", preserveEntrySignatures: "exports-only" }
      }
    })
    const chunks = [built].flat().flatMap((one) => ("output" in one ? one.output : []))
    assert.lengthOf(chunks, 1)
    const [chunk] = chunks
    assert.strictEqual(chunk?.type, "chunk")
    if (chunk?.type !== "chunk") return
    assert.include(chunk.code, "export{")
    assert.deepEqual([...chunk.imports, ...chunk.dynamicImports], [])
    assert.isBelow(gzipSync(chunk.code).length, MAX_BYTES)
  })
})
