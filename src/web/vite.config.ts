/** Bundles the web app into `dist/web`, and with `npm run dev` serves it hot over a server that runs. */
import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"
import { emojiPlugin } from "./content/emoji/emojiPlugin.ts"

const server = process.env["HUBBUB_URL"] ?? "http://localhost:8080"

/** To the server the pages are its own, as they will be once built. */
const forwarded = {
  target: server,
  changeOrigin: true,
  headers: { origin: new URL(server).origin }
}

export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  logLevel: "warn",
  publicDir: false,
  plugins: [react(), emojiPlugin()],
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
