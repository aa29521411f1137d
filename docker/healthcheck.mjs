// Whether the server in this container answers: exit code 0 if `/health` says 200 within two seconds, else 1.
import { get } from "node:http"

const ANSWER_MS = 2000

// as the server reads them: an empty variable counts as missing
const port = process.env.PORT?.trim() || "8080"
const listening = process.env.HOST?.trim() || "127.0.0.1"
// the wildcards are addresses to listen on, not to ask
const host = listening === "0.0.0.0" ? "127.0.0.1" : listening === "::" ? "::1" : listening

/** Ends with the exit code for this outcome; Docker keeps what was printed. */
const end = (healthy, said) => process.stdout.write(`${said}\n`, () => process.exit(healthy ? 0 : 1))

get({ host, port, path: "/health", signal: AbortSignal.timeout(ANSWER_MS) }, ({ statusCode }) =>
  end(statusCode === 200, `answered ${statusCode}`)
).once("error", (error) => end(false, error.message))
