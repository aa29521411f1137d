/** Why one may not write in a room now, or not yet, or why it takes longer: in words, with until when. */
import type { ConnectionState, Mute, RoomSnapshot } from "../../client/index.ts"

export interface Obstacle {
  readonly text: string
  /** Whether nothing can be sent meanwhile. */
  readonly blocks: boolean
  /** When it ends, in milliseconds since 1970. */
  readonly until?: number | undefined
  /** Given as a reason, by somebody. */
  readonly reason?: string | undefined
}

interface Circumstances {
  readonly connection: ConnectionState
  /** Where one may not speak anywhere. */
  readonly muted?: Mute | undefined
  readonly snapshot: Pick<RoomSnapshot, "error" | "frozen" | "muted" | "slowModeSeconds" | "status">
  /** Whether one is a moderator, to whom some rules do not apply; undefined where that is not known: then they are told and not kept. */
  readonly moderates: boolean | undefined
  /** When one last spoke in this room, in milliseconds since 1970. */
  readonly spokeAt: number | undefined
  readonly now: number
}

const secondsText = (seconds: number) => (seconds === 1 ? "every second" : `every ${seconds} seconds`)

const ofRoom = ({ snapshot }: Circumstances): Obstacle | undefined => {
  switch (snapshot.status) {
    case "refused":
      if (snapshot.error?.code === "banned") return { text: "You are banned here and can't write.", blocks: true }
      return { text: "You can't write here, because you are not in this room.", blocks: true }
    case "removed":
      return { text: "You were taken out of this room and can't write here any more.", blocks: true }
    default:
      return undefined
  }
}

const muting = (mute: Mute | undefined, text: string, now: number): Obstacle | undefined => {
  if (mute === undefined) return undefined
  const { reason, until } = mute
  const end = until === undefined ? undefined : Date.parse(until)
  return end !== undefined && end <= now ? undefined : { text, blocks: true, until: end, reason }
}

/** Of two, the one that lasts longer. */
const ofMute = ({ muted, now, snapshot }: Circumstances): Obstacle | undefined => {
  const here = muting(snapshot.muted, "You are muted in this room and can't write here.", now)
  const anywhere = muting(muted, "You are muted in all rooms and can't write.", now)
  if (here === undefined || anywhere === undefined) return here ?? anywhere
  return (here.until ?? Infinity) > (anywhere.until ?? Infinity) ? here : anywhere
}

const ofRules = ({ moderates, now, snapshot, spokeAt }: Circumstances): Obstacle | undefined => {
  if (moderates === true) return undefined
  const blocks = moderates === false
  if (snapshot.frozen) return { text: "This room is frozen: only moderators can write.", blocks }
  const { slowModeSeconds } = snapshot
  if (slowModeSeconds === 0) return undefined
  const text = `Slow mode: you can write once ${secondsText(slowModeSeconds)}.`
  const until = spokeAt === undefined ? undefined : spokeAt + slowModeSeconds * 1000
  return until === undefined || until <= now ? { text, blocks: false } : { text, blocks, until }
}

const ofConnection = ({ connection }: Circumstances): Obstacle | undefined => {
  switch (connection.status) {
    case "offline":
      return { text: "You are offline. What you write will be sent when you are back.", blocks: false }
    case "reconnecting":
      // the first attempt is over before anyone could read this
      if (connection.attempt < 2) return undefined
      return { text: "There is no connection. What you write will be sent when it is back.", blocks: false }
    default:
      return undefined
  }
}

/** The one that matters most; nothing where one may write. */
export const obstacleOf = (circumstances: Circumstances): Obstacle | undefined => {
  if (circumstances.connection.status === "signed-out") {
    return { text: "You are signed out. Sign in again to write.", blocks: true }
  }
  return (
    ofRoom(circumstances) ??
    ofMute(circumstances) ??
    // first what keeps one from writing at all
    [ofRules(circumstances), ofConnection(circumstances)]
      .filter((one) => one !== undefined)
      .sort((a, b) => Number(b.blocks) - Number(a.blocks))[0]
  )
}
