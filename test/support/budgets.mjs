// How much a browser has to load, in bytes as gzip makes them: what the first view needs, what the dashboard needs beside that, and the
// client alone. Over the built web app.
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { build } from "vite"

const KB = 1000
const built = new URL("../../dist/web/", import.meta.url)
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", built), "utf8"))

const gzipped = (text) => gzipSync(text, { level: 9 }).length

/** The files that a chunk needs: itself, and what it imports at once. */
const filesOf = (name, seen = new Set()) => {
  const chunk = manifest[name]
  if (chunk === undefined) throw new Error(`the web app has no ${name}`)
  if (seen.has(chunk.file)) return seen
  seen.add(chunk.file)
  for (const next of chunk.imports ?? []) filesOf(next, seen)
  return seen
}

const sizeOf = (files) => files.map((file) => gzipped(readFileSync(new URL(file, built)))).reduce((a, b) => a + b, 0)

const sizeOfClient = async (entry) => {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      target: "es2022",
      lib: { entry: new URL(`../../src/client/${entry}.ts`, import.meta.url).pathname, formats: ["es"] },
      rolldownOptions: { output: { minify: true } }
    }
  })
  return [result]
    .flat()
    .flatMap((one) => one.output)
    .filter((one) => one.type === "chunk")
    .map((one) => gzipped(one.code))
    .reduce((a, b) => a + b, 0)
}

const initial = filesOf("index.html")
const beside = (name) => [...filesOf(name)].filter((file) => !initial.has(file))

const rows = [
  ["JavaScript of the first view", sizeOf([...initial]), 100 * KB],
  ["JavaScript of the chat beside that", sizeOf(beside("chat/ChatPage.tsx")), 50 * KB],
  ["JavaScript of the dashboard beside the first view", sizeOf(beside("dashboard/Dashboard.tsx")), 40 * KB],
  ["the client alone", await sizeOfClient("index"), 8 * KB],
  ["the client's figures beside it", await sizeOfClient("Figures"), KB],
  ["the client's letters beside it", await sizeOfClient("Letters"), 0.5 * KB],
  ["the client's search beside it", await sizeOfClient("search"), 0.5 * KB],
  ["the client's way back beside it", await sizeOfClient("loadBack"), 0.5 * KB],
  ["the client's moderation beside it", await sizeOfClient("moderate"), 0.5 * KB]
]

let failed = 0
for (const [what, size, budget] of rows) {
  if (size > budget) failed++
  const verdict = size > budget ? "too much" : "within"
  console.log(`${what}: ${(size / KB).toFixed(1)} kB, ${verdict} ${budget / KB} kB`)
}
process.exit(failed === 0 ? 0 : 1)
