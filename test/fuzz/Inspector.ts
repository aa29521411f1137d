/** The debugger of a server's process, which can clear away what nobody holds any more and then say how much is held. */
import { WebSocket } from "ws"
import { eventually, type ServerProcess } from "../support/ServerProcess.ts"

interface Reply {
  readonly id?: number
  readonly result?: { readonly result?: { readonly value?: unknown } }
}

/** Started with `--inspect=0`, a process says where its debugger listens. */
const ADDRESS = /^Debugger listening on (ws:\S+)$/m

export class Inspector {
  private readonly ws: WebSocket
  private asked = 0

  private constructor(ws: WebSocket) {
    this.ws = ws
  }

  static async of(server: ServerProcess): Promise<Inspector> {
    const said = await eventually(
      () => Promise.resolve(server.stderr.join("\n")),
      (text) => ADDRESS.test(text)
    )
    const ws = new WebSocket(ADDRESS.exec(said)![1]!)
    await new Promise((resolve, reject) => {
      ws.once("open", resolve)
      ws.once("error", reject)
    })
    // it is closed with the process
    ws.on("error", () => {})
    return new Inspector(ws)
  }

  /** Bytes of objects that are held. */
  async heldBytes(): Promise<number> {
    await this.ask("HeapProfiler.collectGarbage", {})
    const { result } = await this.ask("Runtime.evaluate", { expression: "process.memoryUsage().heapUsed" })
    return Number(result?.result?.value)
  }

  close(): void {
    this.ws.terminate()
  }

  private ask(method: string, params: Readonly<Record<string, unknown>>): Promise<Reply> {
    const id = ++this.asked
    return new Promise((resolve, reject) => {
      // a process that dies answers nothing
      const gone = () => reject(new Error("the debugger is gone, and the server with it"))
      if (this.ws.readyState !== WebSocket.OPEN) return gone()
      const take = (data: Buffer) => {
        const reply = JSON.parse(data.toString()) as Reply
        if (reply.id !== id) return
        this.ws.off("message", take)
        this.ws.off("close", gone)
        resolve(reply)
      }
      this.ws.on("message", take)
      this.ws.once("close", gone)
      this.ws.send(JSON.stringify({ id, method, params }))
    })
  }
}
