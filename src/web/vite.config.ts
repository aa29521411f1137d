/** Bundles the web app into `dist/web`, and with `npm run dev` serves it hot over a server that runs. */
import { createHash } from "node:crypto"
import { relative } from "node:path"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"
import { emojiPlugin } from "./content/emoji/emojiPlugin.ts"

const server = process.env["HUBBUB_URL"] ?? "http://localhost:8080"

/** The names of the page's own server stay, so that to the one behind it the page is its own as well. */
const forwarded = { target: server, changeOrigin: false }

/** Where each name of a class was first taken. */
const taken = new Map<string, string>()

/** Names that are short, as each is loaded with the styles and with the script, and the same in every build of the same sources. */
const classNameOf = (name: string, file: string): string => {
  const origin = `${relative(import.meta.dirname, file)} ${name}`
  const short = `_${createHash("sha256").update(origin).digest("base64url").slice(0, 5)}`
  const other = taken.get(short)
  if (other !== undefined && other !== origin) throw new Error(`${origin} and ${other} have one name: rename either`)
  taken.set(short, origin)
  return short
}

export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  logLevel: "warn",
  publicDir: false,
  plugins: [react(), emojiPlugin()],
  css: { modules: { generateScopedName: classNameOf } },
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: ["chrome123", "firefox120", "safari17.5"],
    // the page's policy takes no data: but for images, and a file can be kept for ever
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true
  },
  server: {
    proxy: {
      "/ws": { ...forwarded, ws: true },
      "/api": forwarded,
      "/docs": forwarded,
      "/openapi.json": forwarded
    }
  }
})
