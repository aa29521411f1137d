/** The network between a page and a server: passes everything on, until it is cut; then nothing goes through and nobody is told. */
import { once } from "node:events"
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net"

export class Wire {
  private readonly open = new Set<Socket>()
  private isCut = false

  private readonly server: Server

  private constructor(server: Server) {
    this.server = server
  }

  /** To a port of this machine. */
  static async to(port: number): Promise<Wire> {
    const server = createServer({ allowHalfOpen: true })
    const wire = new Wire(server)
    server.on("connection", (near) => wire.join(near, port))
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return wire
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** What is under way stays where it is, and who comes is refused. */
  cut(): void {
    this.isCut = true
    for (const socket of this.open) socket.unpipe().pause()
  }

  /** Connections from before are gone, new ones get through. */
  mend(): void {
    this.isCut = false
    for (const socket of this.open) socket.destroy()
  }

  stop(): void {
    for (const socket of this.open) socket.destroy()
    this.server.close()
  }

  private join(near: Socket, port: number): void {
    if (this.isCut) {
      near.destroy()
      return
    }
    const far = connect(port, "127.0.0.1")
    for (const [from, to] of [
      [near, far],
      [far, near]
    ] as const) {
      this.open.add(from)
      from.pipe(to)
      from.on("error", () => from.destroy())
      from.on("close", () => {
        this.open.delete(from)
        to.destroy()
      })
    }
  }
}
