/** What axe-core has against a page. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { assert } from "@effect/vitest"
import type { AxeResults } from "axe-core"
import type { Page } from "playwright-core"

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

/** Fails with each rule that is broken, and where. `within`: of what is looked at, where the rest was before. */
export const isAccessible = async (page: Page, what: string, within = "html"): Promise<void> => {
  // as the debugger runs it, which the page's policy has no say in
  await page.evaluate(source)
  const { violations } = await page.evaluate(async (selector): Promise<AxeResults> => {
    const { axe } = globalThis as unknown as { readonly axe: typeof import("axe-core") }
    return axe.run(selector, { resultTypes: ["violations"] })
  }, within)
  const found = violations.map(({ help, id, nodes }) => ({
    id,
    help,
    nodes: nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`)
  }))
  assert.deepEqual(found, [], what)
}
