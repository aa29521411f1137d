/** The servers that are measured, and how each is started. All but Hubbub live in `peers/`, with packages of their own. */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { DialectName } from "./Dialect.ts"

export type PeerName = "hubbub" | "ws" | "socketio" | "uws" | "firehose"

export interface Peer {
  readonly name: PeerName
  readonly title: string
  /** Whether it parses and validates what it gets, or only passes it on. */
  readonly work: string
  readonly dialect: DialectName
  readonly command: ReadonlyArray<string>
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Asked until it answers 200; without one the process says its word. */
  readonly readyPath: string | undefined
  readonly readyWord: string
}

const here = fileURLToPath(new URL(".", import.meta.url))
const root = fileURLToPath(new URL("../../", import.meta.url))

/** The uWebSockets build in the registry that runs on this C library is one for Node 20, so that peer brings its own Node. */
const node20 = `${here}node_modules/node-${process.platform}-${process.arch}/bin/node`
const uwsBinary = `${here}node_modules/@trufflesuite/uws-js-unofficial/binaries/uws_${process.platform}_${process.arch}_115.node`

const relay = (name: PeerName, title: string, dialect: DialectName, node: string): Peer => ({
  name,
  title,
  work: "parses JSON, relays unchecked",
  dialect,
  command: [node, `${here}peers/${name}.mjs`],
  cwd: here,
  // The packages' optional native helpers would be there for some peers and not for others.
  env: { WS_NO_BUFFER_UTIL: "1", WS_NO_UTF_8_VALIDATE: "1", NODE_ENV: "production" },
  readyPath: undefined,
  readyWord: "READY"
})

export const hubbub: Peer = {
  name: "hubbub",
  title: "Hubbub",
  work: "parses and validates: schema, code points, ids, order, idempotency, log",
  dialect: "plain",
  command: [process.execPath, "src/cli/hubbub.mjs", "serve"],
  cwd: root,
  env: {
    HOST: "127.0.0.1",
    LOG_LEVEL: "error",
    RATE_LIMIT_PER_SEC: "0",
    JOIN_LIMIT_PER_SEC: "0",
    CONNECTIONS_PER_IP: "0",
    UPGRADES_PER_SEC: "0"
  },
  readyPath: "/ready",
  readyWord: "listening on"
}

export const peers: ReadonlyArray<Peer> = [
  hubbub,
  relay("ws", "ws, bare loop", "plain", process.execPath),
  relay("socketio", "Socket.IO 4", "socketio", process.execPath),
  relay("uws", "uWebSockets.js", "plain", node20)
]

export const firehose: Peer = {
  ...relay("firehose", "firehose", "plain", process.execPath),
  work: "pushes ready-made frames"
}

/** Why a peer can't be measured here, or nothing. */
export const missing = (peer: Peer, installed: boolean): string | undefined => {
  if (peer.name === "hubbub")
    return existsSync(`${root}src/cli/hubbub.mjs`) ? undefined : "src/cli/hubbub.mjs is not there"
  if (peer.name === "firehose") return undefined
  if (!installed) return "its packages could not be installed"
  if (peer.name !== "uws") return undefined
  if (!existsSync(uwsBinary)) return "no uWebSockets build in the registry for this platform"
  return existsSync(node20) ? undefined : "no Node 20 in the registry for this platform"
}
