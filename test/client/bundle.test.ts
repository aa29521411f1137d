/** What a page has to load for it. */
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { resolve } from "node:path"
import { build } from "vite"

const root = resolve(import.meta.dirname, "../..")

/** Bytes that each entry may weigh, as `test/support/budgets.mjs` has them. */
const BUDGETS = { index: 8000, Figures: 1000, Letters: 500, search: 500, loadBack: 500, moderate: 500 }

describe("the client", () => {
  for (const [entry, bytes] of Object.entries(BUDGETS)) {
    it(`is at most ${bytes} bytes of one module that needs no other, as ${entry}.ts`, async () => {
      const built = await build({
        configFile: false,
        logLevel: "silent",
        root,
        build: {
          write: false,
          target: "es2022",
          lib: { entry: `src/client/${entry}.ts`, formats: ["es"] },
          rolldownOptions: { output: { minify: true } }
        }
      })
      const chunks = [built].flat().flatMap((one) => ("output" in one ? one.output : []))
      assert.lengthOf(chunks, 1)
      const [chunk] = chunks
      assert.strictEqual(chunk?.type, "chunk")
      if (chunk?.type !== "chunk") return
      assert.include(chunk.code, "export{")
      assert.deepEqual([...chunk.imports, ...chunk.dynamicImports], [])
      assert.isAtMost(gzipSync(chunk.code, { level: 9 }).length, bytes)
    })
  }
})
