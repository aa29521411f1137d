import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    // a bound for what hangs, not for what is slow on a busy machine
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    // tests of processes mostly wait; more workers than this would make them wait for each other
    maxWorkers: 3
  }
})
