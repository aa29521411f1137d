/** A user who makes rooms of members only, one after the other, and stays in none of them. */
import { tokenOf } from "../Arrival.ts"

interface Answer {
  readonly type: string
  readonly ref?: string
  readonly roomId?: string
}

/** Users that may be invited when a room is made; the others are invited one by one. */
const invitedAtOnce = 50
const userId = "founder"

export class Founder {
  private readonly socket: WebSocket
  private asked = 0

  private constructor(socket: WebSocket) {
    this.socket = socket
  }

  static async enter(port: number, secret: string): Promise<Founder> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, ["hubbub.v1", "bearer", tokenOf(secret, userId)])
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve(), { once: true })
      socket.addEventListener("error", () => reject(new Error("the founder was not let in")), { once: true })
    })
    return new Founder(socket)
  }

  /** Makes a room of these members, and returns its id. */
  async found(members: ReadonlyArray<string>): Promise<string> {
    const { roomId = "" } = await this.ask({ type: "group", invite: members.slice(0, invitedAtOnce) })
    for (const member of members.slice(invitedAtOnce)) await this.ask({ type: "invite", roomId, userId: member })
    return roomId
  }

  leave(): void {
    this.socket.close()
  }

  private ask(frame: object): Promise<Answer> {
    const ref = String(++this.asked)
    return new Promise((resolve, reject) => {
      const done = (then: () => void): void => {
        this.socket.removeEventListener("message", take)
        this.socket.removeEventListener("close", gone)
        then()
      }
      const take = ({ data }: MessageEvent): void => {
        const answer: Answer = JSON.parse(String(data))
        if (answer.ref !== ref) return
        done(() => (answer.type === "group" ? resolve(answer) : reject(new Error(String(data)))))
      }
      const gone = (): void => done(() => reject(new Error("the founder was thrown out")))
      this.socket.addEventListener("message", take)
      this.socket.addEventListener("close", gone)
      this.socket.send(JSON.stringify({ ...frame, ref }))
    })
  }
}
