/** Bundles the server into `dist/`: plain JavaScript that Node 24 and up runs without `node_modules`. */
import { defineConfig, type Plugin } from "vite"
import manifest from "../package.json" with { type: "json" }

/** Node has to be told that `dist/*.js` are modules, wherever the folder is put. */
const manifestOfBundle: Plugin = {
  name: "manifest-of-bundle",
  generateBundle() {
    const { license, name, version } = manifest
    const source = JSON.stringify({ name, version, license, private: true, type: "module" })
    this.emitFile({ type: "asset", fileName: "package.json", source })
  }
}

export default defineConfig({
  root: `${import.meta.dirname}/..`,
  logLevel: "warn",
  publicDir: false,
  plugins: [manifestOfBundle],
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: "dist",
    emptyOutDir: true,
    target: "node24",
    rolldownOptions: {
      // the worker is started by its file name, so it has to keep it
      input: { main: "src/main.ts", sqliteWorker: "src/store/sqlite/sqliteWorker.ts" },
      // all in one folder: what looks beside `import.meta.url` finds the same from every chunk
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" }
    }
  }
})
