#!/usr/bin/env node
// Plain JavaScript that any Node can read: says what to do where the program itself could not even be parsed.
import { existsSync } from "node:fs"

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `hubbub needs Node 22.19 or newer; this is ${process.versions.node}.\n` +
      "In its folder, `npm install && npm start` brings the right one along. If npm was told to leave out optional packages,\n" +
      "run `npm install --include=optional`; otherwise install Node 24 or newer from https://nodejs.org and try again."
  )
  process.exit(1)
}
if (existsSync(".env")) process.loadEnvFile(".env")
await import("../main.ts")
