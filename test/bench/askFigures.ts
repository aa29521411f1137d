/** Process of `figureTimes`: asks a server for figures over HTTP, on one connection, one after the other. */
import { once } from "node:events"
import { Agent, get, type IncomingMessage } from "node:http"
import { median } from "./Row.ts"

export interface AskFigures {
  readonly port: number
  /** What is asked for: a name, and a path with its query. */
  readonly asked: ReadonlyArray<{ readonly name: string; readonly path: string }>
}

/** Milliseconds from the request to the last byte of its answer. */
export interface FigureTime {
  readonly name: string
  readonly median: number
  readonly max: number
  readonly bytes: number
}

const warmUps = 3
const measured = 15

const task: AskFigures = JSON.parse(process.argv[2] ?? "{}")
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

const ask = async (path: string) => {
  const begun = performance.now()
  const request = get({ agent, host: "127.0.0.1", port: task.port, path })
  const [response]: [IncomingMessage] = await new Promise((resolve, reject) => {
    request.once("response", (answer) => resolve([answer]))
    request.once("error", reject)
  })
  const chunks: Array<Buffer> = []
  response.on("data", (chunk: Buffer) => chunks.push(chunk))
  await once(response, "end")
  const body = Buffer.concat(chunks)
  if (response.statusCode !== 200) {
    throw new Error(`${path} was answered ${response.statusCode} ${body.toString().slice(0, 300)}`)
  }
  return { bytes: body.length, millis: performance.now() - begun }
}

const times: Array<FigureTime> = []
for (const { name, path } of task.asked) {
  for (let count = 0; count < warmUps; count++) await ask(path)
  const answers: Array<{ readonly bytes: number; readonly millis: number }> = []
  for (let count = 0; count < measured; count++) answers.push(await ask(path))
  const millis = answers.map((answer) => answer.millis)
  times.push({ name, median: median(millis), max: Math.max(...millis), bytes: answers[0]?.bytes ?? 0 })
}
agent.destroy()
console.log(JSON.stringify(times))
