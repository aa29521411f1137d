/**
 * The attackers' process: each line on standard input begins the attack or ends it, and is answered with a line of JSON, once the attack
 * is in full swing or everyone has left.
 */
import { connect, type Socket } from "node:net"
import { createInterface } from "node:readline"
import { PONG, rawFrame } from "../../support/RawFrame.ts"
import { now } from "../clock.ts"
import { contentBytes } from "../Crowd.ts"
import { pause } from "../pause.ts"
import { type AttackAccount, type AttackName, type AttackTask } from "./Attack.ts"
import { Attacker, type Conduct, type Tally } from "./Attacker.ts"
import { type Burst, chatBurst, fragmentBurst, pingBurst } from "./Burst.ts"

const task: AttackTask = JSON.parse(process.argv[2] ?? "{}")

const attackers = 50
/** Upgrades that are under way at once, and the addresses they come from. */
const upgradesAtOnce = 64
const upgradeAddresses = 20
/** How often a reader that never reads asks for a page, and how many it asks for: more than a kernel buffers, few enough to be refused none. */
const pageEvery = 30
const pages = 70
/** Milliseconds between two signs of life, by which it notices that it was thrown out. */
const lifeEvery = 500
/** Milliseconds that an attack which is under way is given before it counts. */
const swing = 500

const tally: Tally = { entered: 0, refused: 0, bytes: 0, frames: 0 }

/** Writes as fast as the server takes it. */
const flood = ({ bytes, frames }: Burst) => {
  const pour = (socket: Socket, open: () => boolean): void => {
    if (!open()) return
    socket.write(bytes, (cause) => {
      if (cause !== undefined && cause !== null) return
      tally.bytes += bytes.length
      tally.frames += frames
      pour(socket, open)
    })
  }
  return pour
}

/** Asks for a lot and takes none of it. */
const hoard = (socket: Socket, open: () => boolean): void => {
  const page = rawFrame({ payload: JSON.stringify({ type: "history", roomId: task.room, limit: 200 }) })
  const life = rawFrame({ opcode: PONG })
  let asked = 0
  const next = (): void => {
    if (!open()) return
    const frame = asked < pages ? page : life
    asked++
    tally.frames++
    tally.bytes += frame.length
    socket.write(frame)
    setTimeout(next, asked < pages ? pageEvery : lifeEvery)
  }
  next()
}

const acts: Readonly<Record<Exclude<AttackName, "upgrades">, Conduct["act"]>> = {
  readers: hoard,
  senders: flood(chatBurst(contentBytes)),
  unlimited: flood(chatBurst(contentBytes)),
  fragments: flood(fragmentBurst()),
  pings: flood(pingBurst())
}

const query = (index: number): string => `userId=mallory${index}&username=Mallory&room=${task.room}&history=0`

/** Ends an attack. */
type End = () => void

const besiege = async (attack: Exclude<AttackName, "upgrades">): Promise<End> => {
  const all = Array.from({ length: attackers }, (_, index) => {
    const conduct = {
      query: query(index),
      from: `127.0.2.${1 + index}`,
      reads: attack !== "readers",
      act: acts[attack]
    }
    return new Attacker(task.port, conduct, tally)
  })
  const deadline = now() + 5000
  while (tally.entered < attackers && now() < deadline) await pause(20)
  if (attack === "readers") await pause(pages * pageEvery)
  await pause(swing)
  return () => {
    for (const attacker of all) attacker.stop()
  }
}

/** One upgrade after the other; whoever is let in leaves again at once. */
const knock = (index: number, open: () => boolean): void => {
  if (!open()) return
  const from = `127.0.3.${1 + (index % upgradeAddresses)}`
  const socket = connect({ port: task.port, host: "127.0.0.1", localAddress: from, noDelay: true })
  socket.on("error", () => {})
  socket.once("data", (data: Buffer) => {
    if (data.toString("latin1", 9, 12) === "101") tally.entered++
    else tally.refused++
    // no memory of it stays in the kernel, which would run out of ports
    socket.resetAndDestroy()
  })
  socket.once("close", () => knock(index + upgradesAtOnce, open))
  socket.write(
    `GET /ws?${query(index % 1000)} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
  )
}

const storm = async (): Promise<End> => {
  let open = true
  for (let index = 0; index < upgradesAtOnce; index++) knock(index, () => open)
  await pause(swing)
  return () => {
    open = false
  }
}

const answer = (account: AttackAccount): void => void process.stdout.write(`${JSON.stringify(account)}\n`)

const run = async (): Promise<void> => {
  let end: End | undefined
  let begun = { at: now(), cpu: process.cpuUsage(), tally: { ...tally } }
  const account = (): AttackAccount => {
    const cpu = process.cpuUsage(begun.cpu)
    return {
      seconds: (now() - begun.at) / 1000,
      cpu: cpu.user + cpu.system,
      entered: tally.entered - begun.tally.entered,
      refused: tally.refused - begun.tally.refused,
      bytes: tally.bytes - begun.tally.bytes,
      frames: tally.frames - begun.tally.frames
    }
  }
  for await (const _line of createInterface({ input: process.stdin })) {
    if (end === undefined) {
      Object.assign(tally, { entered: 0, refused: 0, bytes: 0, frames: 0 })
      end = task.attack === "upgrades" ? await storm() : await besiege(task.attack)
      begun = { at: now(), cpu: process.cpuUsage(), tally: { ...tally } }
      answer(account())
    } else {
      const done = account()
      end()
      end = undefined
      answer(done)
    }
  }
}

run().then(
  () => process.exit(0),
  (cause: unknown) => {
    process.stderr.write(`${String(cause)}\n`)
    process.exit(1)
  }
)
