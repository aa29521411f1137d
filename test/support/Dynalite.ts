/** An emulator of DynamoDB in this process, spoken to over HTTP. Keeps everything in memory; a table is there as soon as it is created. */
import { once } from "node:events"
import type { Server } from "node:http"
import { createRequire } from "node:module"

/** The package has no types of its own. */
const dynalite: (options: { createTableMs: number; deleteTableMs: number; updateTableMs: number }) => Server =
  createRequire(import.meta.url)("dynalite")

export class Dynalite {
  private readonly server: Server
  readonly url: string

  private constructor(server: Server, port: number) {
    this.server = server
    this.url = `http://127.0.0.1:${port}`
  }

  /** An empty one, on a free port unless one is given. */
  static async start(port = 0): Promise<Dynalite> {
    const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
    server.listen(port, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    if (typeof address !== "object" || address === null) throw new Error("the emulator listens on no port")
    return new Dynalite(server, address.port)
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve, reject) => {
      this.server.close((error) => (error instanceof Error ? reject(error) : resolve()))
    })
    this.server.closeAllConnections()
    await closed
  }
}
