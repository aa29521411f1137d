/** The command line of the benchmark. */
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { type PeerName, peers } from "./Peer.ts"

const everyday = ["generator", "fanout", "rate", "rooms", "mixed", "idle", "connects"] as const
const scenarios = [...everyday, "durability", "analytics", "isolation", "limits"] as const
/** Of these Hubbub alone is measured, unless other peers are asked for. */
export const ownScenarios: ReadonlySet<Scenario> = new Set(["durability", "analytics", "isolation", "limits"])
export type Scenario = (typeof scenarios)[number]

export interface Options {
  readonly scenarios: ReadonlyArray<Scenario>
  readonly peers: ReadonlyArray<PeerName>
  readonly rounds: number
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly quick: boolean
  readonly json: string
}

export const usage = `node test/bench/main.ts [scenario…] [options]

Measures Hubbub beside other servers, each in a process of its own, and prints medians over interleaved rounds.

Scenarios (the first seven when none is named)
  generator  how many frames a second the load generator itself can check
  fanout     one room of 100, 1,000 and 5,000 clients with 1, 16 and 64 messages in flight
  rate       fixed rates into one room; latency counts from the time a message was due
  rooms      1,000 rooms of 10
  mixed      a room of 10 beside a busy room of 5,000
  idle       memory per connection with 10,000 idle ones and heartbeats
  connects   connections per second, each usable
  durability what it costs that acknowledged messages survive: Hubbub alone with each DURABILITY at 1,000 and 5,000 messages/s
             (windows twice as long), then the start on a journal of 1,000,000 messages and paging a room of 100,000
  analytics  what counting costs: Hubbub and a Hubbub that counts nothing, measured in turn in short windows (together four times
             as long), then how long figures over 500 users × 60 days take, 15 answers each after 3 that nobody measures
  isolation  what others notice of clients that misbehave: 200 in one room, and in 20, chat at a steady rate beside attackers and
             without them in turn (windows twice as long)
  limits     what tokens, limits, moderation and private rooms cost together: Hubbub with all of them and in open mode without
             limits, measured in turn as analytics is

Options
  --peers a,b     which of ${peers.map((peer) => peer.name).join(", ")} (all; quick all but uws; the last four alone hubbub)
  --rounds N      rounds (3; quick 1)
  --seconds S     measured window of a case (1.5; quick 0.6)
  --quick         smaller sizes and windows, about two minutes; goals are judged at the sizes it has
                  (durability: a tenth of the messages, analytics: a fifth of the users; the last four a minute or two each)
  --json FILE     where the results go (test/bench/results/latest.json)
  --help`

const positive = (name: string, value: string | undefined, fallback: number): number => {
  if (value === undefined) return fallback
  const number = Number(value)
  if (!(number > 0)) throw new Error(`--${name} must be a number above 0, not ${value}`)
  return number
}

const among = <A extends string>(what: string, known: ReadonlyArray<A>, values: ReadonlyArray<string>): Array<A> =>
  values.map((value) => {
    const found = known.find((name) => name === value)
    if (found === undefined) throw new Error(`unknown ${what} ${value}; there are ${known.join(", ")}`)
    return found
  })

/** Nothing when help was asked for. */
export const parseOptions = (args: ReadonlyArray<string>): Options | undefined => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      peers: { type: "string" },
      json: { type: "string" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false }
    }
  })
  if (values.help) return undefined
  const names = peers.map((peer) => peer.name)
  const wanted = positionals.length === 0 ? everyday : among("scenario", scenarios, positionals)
  const alone = wanted.every((scenario) => ownScenarios.has(scenario))
  return {
    scenarios: wanted,
    peers:
      values.peers === undefined
        ? names.filter((name) => (alone ? name === "hubbub" : !values.quick || name !== "uws"))
        : among("peer", names, values.peers.split(",")),
    rounds: Math.ceil(positive("rounds", values.rounds, values.quick ? 1 : 3)),
    seconds: positive("seconds", values.seconds, values.quick ? 0.6 : 1.5),
    warmUpSeconds: values.quick ? 0.3 : 0.5,
    quick: values.quick,
    json: values.json ?? fileURLToPath(new URL("results/latest.json", import.meta.url))
  }
}
