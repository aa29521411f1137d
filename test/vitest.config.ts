import { relative } from "node:path"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Folders whose files take long however short they are, the longest first: begun last, they would leave the other workers idle. */
const LONG = ["faults", "browser", "recount", "integration", "hostile", "store"]

const rank = ({ moduleId }: TestSpecification) => {
  const place = LONG.indexOf(relative(import.meta.dirname, moduleId).split("/", 1)[0] ?? "")
  return place < 0 ? LONG.length : place
}

class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>) {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.test.ts"],
    globalSetup: ["support/built.ts"],
    exclude: ["**/node_modules/**"],
    // a bound for what hangs, not for what is slow on a busy machine
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // on a machine that others share, a test of several processes gets a second chance; what is broken fails twice
    retry: process.env["CI"] === undefined ? 0 : 1,
    pool: "forks",
    // tests of processes mostly wait; more workers than this would make them wait for each other
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst }
  }
})
