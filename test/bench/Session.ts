/**
 * What is measured. A session is one server with one set of connections; its cases run on them one after the other, so that
 * thousands of connections are made once and not for every case.
 */
import { fileURLToPath } from "node:url"
import type { Arrival } from "./Arrival.ts"
import type { DialectName } from "./Dialect.ts"
import type { Options, Scenario } from "./Options.ts"
import type { PeerName } from "./Peer.ts"
import type { Phase } from "./Phase.ts"
import type { Group } from "./Traffic.ts"
import { guardEnv, prepareGuarded, prepareOpen } from "./limits/guard.ts"

interface Case {
  readonly scenario: Scenario
  readonly name: string
  /** One phase per load generator of the session. */
  readonly phases: ReadonlyArray<Phase>
  readonly parts?: ReadonlyArray<string>
}

export interface Session {
  readonly id: string
  /** The connections of each load generator. */
  readonly loads: ReadonlyArray<ReadonlyArray<Group>>
  readonly probe: boolean
  readonly cases: ReadonlyArray<Case>
  readonly env: Readonly<Record<string, string>>
  /** Spoken instead of the peer's own. */
  readonly dialect: DialectName | undefined
  readonly peers: ReadonlyArray<PeerName>
  readonly rounds: number
  /** Started instead of the peer's own program. */
  readonly command?: ReadonlyArray<string>
  /** Measured in turn with this one, case by case. */
  readonly beside?: Session
  /** Done with the server, by its port, before anyone comes; says how they are to come. */
  readonly prepare?: (port: number) => Promise<Partial<Arrival>>
}

const sizes = (quick: boolean) =>
  quick
    ? { large: 2000, rooms: 200, idle: 2000, idleBeat: 2, connects: 1500, mixedSeconds: 3 }
    : { large: 5000, rooms: 1000, idle: 10_000, idleBeat: 5, connects: 4000, mixedSeconds: 6 }

const largeRoomRate = 20
const roomsInFlight = 64

export const grouped = (value: number): string => value.toLocaleString("en-US")
export const fanoutName = (clients: number, inFlight: number): string => `${grouped(clients)} clients, W=${inFlight}`
export const rateName = (clients: number, rate: number): string => `${grouped(clients)} × ${rate}/s`

const durabilities = ["memory", "journal", "fsync", "store"] as const
/** What an acknowledged message survives. */
export type Durability = (typeof durabilities)[number]
/** Messages a second over all rooms. */
export const durabilityRates = [1000, 5000] as const
export const durabilityName = (rate: number): string => `${grouped(rate)} messages/s`

/** Messages of the journal that is replayed, and of the room that is paged. */
export const pastSizes = (quick: boolean) =>
  quick
    ? { replay: { messages: 100_000, rooms: 100 }, history: 10_000 }
    : { replay: { messages: 1_000_000, rooms: 1000 }, history: 100_000 }

/** Whether what happens is counted. */
export type Counting = "on" | "off"
const countings: ReadonlyArray<{ readonly name: string; readonly group: Group; readonly inFlight: number }> = [
  // small rooms, where a delivery bears most of what a message costs
  { name: "counting, 100 rooms of 10, W=64", group: { rooms: 100, members: 10, senders: 1 }, inFlight: 64 },
  { name: "counting, 200 clients, W=16", group: { rooms: 1, members: 200, senders: 16 }, inFlight: 16 }
]
export const countingNames: ReadonlyArray<string> = countings.map(({ name }) => name)
/** Windows that a round of such a case is measured in, each with one of the other server beside it. */
const countingWindows = 8

/** Whether everything that keeps users in bounds is on. */
export type Guarding = "on" | "off"
const guardings: ReadonlyArray<{ readonly name: string; readonly group: Group; readonly inFlight: number }> = [
  { name: "guarded, 100 rooms of 10, W=64", group: { rooms: 100, members: 10, senders: 1 }, inFlight: 64 },
  { name: "guarded, 200 clients, W=16", group: { rooms: 1, members: 200, senders: 16 }, inFlight: 16 }
]
export const guardingNames: ReadonlyArray<string> = guardings.map(({ name }) => name)

/** The history that figures are told from. */
export const figuresSize = (quick: boolean) => ({ users: quick ? 100 : 500, days: 60 })

const oneRoom = (clients: number): ReadonlyArray<Group> => [{ rooms: 1, members: clients, senders: 16 }]

const plan = (options: Options): ReadonlyArray<Session> => {
  const { seconds, quick } = options
  const size = sizes(quick)
  // The time of a full run is short, and no goal needs this peer everywhere.
  const fewer = options.peers.filter((name) => name !== "uws")
  const base = { probe: true, env: {}, dialect: undefined, peers: options.peers, rounds: options.rounds }
  const durable = (durability: Durability): Session => ({
    ...base,
    id: `durability-${durability}`,
    peers: options.peers.filter((name) => name === "hubbub"),
    // enough readers that delivery counts, and few enough that a core is left for what is measured
    loads: [[{ rooms: 10, members: 8, senders: 5 }]],
    cases: durabilityRates.map((perSecond) => ({
      scenario: "durability",
      name: durabilityName(perSecond),
      phases: [{ kind: "open", perSecond, seed: 40_507, seconds: seconds * 2 }],
      parts: [durability]
    })),
    env: { DURABILITY: durability, STORE: "sqlite" },
    dialect: "v1"
  })
  const counted = ({ group, inFlight, name }: (typeof countings)[number], counting: Counting): Session => ({
    ...base,
    id: `analytics, ${name}`,
    peers: options.peers.filter((peer) => peer === "hubbub"),
    loads: [[group]],
    cases: Array.from({ length: countingWindows }, () => ({
      scenario: "analytics",
      name,
      phases: [{ kind: "closed", inFlight, seconds: (seconds * 4) / countingWindows }],
      parts: [counting]
    }))
  })
  const guarded = ({ group, inFlight, name }: (typeof guardings)[number], guarding: Guarding): Session => ({
    ...base,
    id: `limits, ${name}`,
    peers: options.peers.filter((peer) => peer === "hubbub"),
    loads: [[group]],
    // tokens are renewed, and private rooms are made, in this one only
    dialect: "v1",
    cases: Array.from({ length: countingWindows }, () => ({
      scenario: "limits",
      name,
      phases: [{ kind: "closed", inFlight, seconds: (seconds * 4) / countingWindows }],
      parts: [guarding]
    })),
    ...(guarding === "on"
      ? { env: guardEnv, prepare: (port) => prepareGuarded(port, group) }
      : { prepare: () => Promise.resolve(prepareOpen(group)) })
  })
  const uncounted = [process.execPath, fileURLToPath(new URL("uncounted.ts", import.meta.url)), "serve"]
  const fanout = (clients: number): ReadonlyArray<Case> =>
    [1, 16, 64].map((inFlight) => ({
      scenario: "fanout",
      name: fanoutName(clients, inFlight),
      phases: [{ kind: "closed", inFlight, seconds }]
    }))
  const rate = (clients: number, perSecond: number): Case => ({
    scenario: "rate",
    name: rateName(clients, perSecond),
    phases: [{ kind: "open", perSecond, seed: 0, seconds }]
  })
  const firehose = (frames: number): Session => ({
    ...base,
    id: `firehose-${frames}`,
    loads: [[{ rooms: 1, members: 100, senders: 1 }]],
    probe: false,
    cases: [
      {
        scenario: "generator",
        name: `100 clients, ${frames} frame${frames === 1 ? "" : "s"} a write`,
        phases: [{ kind: "listen", seconds }]
      }
    ],
    env: { FRAMES_PER_WRITE: String(frames) },
    peers: ["firehose"],
    rounds: 1
  })
  const roomsOfTen: Group = { rooms: size.rooms, members: 10, senders: 1 }
  const beside = { kind: "open", perSecond: 20, seed: 20_251, seconds: size.mixedSeconds } as const
  return [
    firehose(1),
    firehose(64),
    { ...base, id: "room-100", loads: [oneRoom(100)], cases: [rate(100, 100), ...fanout(100)] },
    { ...base, id: "room-200", loads: [oneRoom(200)], cases: [rate(200, 500)] },
    { ...base, id: "room-1000", loads: [oneRoom(1000)], cases: [rate(1000, 25), rate(1000, 50), ...fanout(1000)] },
    { ...base, id: "room-large", loads: [oneRoom(size.large)], cases: fanout(size.large) },
    {
      ...base,
      id: "rooms",
      peers: fewer,
      loads: [[roomsOfTen]],
      cases: [
        {
          scenario: "rooms",
          name: `${grouped(size.rooms)} rooms of 10, ${grouped(size.rooms * 2)} messages/s`,
          phases: [{ kind: "open", perSecond: size.rooms * 2, seed: 0, seconds }]
        },
        {
          scenario: "rooms",
          name: `${grouped(size.rooms)} rooms of 10, W=${roomsInFlight}`,
          phases: [{ kind: "closed", inFlight: roomsInFlight, seconds }]
        }
      ]
    },
    {
      ...base,
      id: "mixed",
      loads: [[{ rooms: 1, members: size.large, senders: 8 }], [{ rooms: 1, members: 10, senders: 2 }]],
      cases: [
        {
          scenario: "mixed",
          name: `10 × 20/s beside ${grouped(size.large)} × ${largeRoomRate}/s`,
          phases: [{ ...beside, perSecond: largeRoomRate, seed: 77_003 }, beside],
          parts: ["the large room", "the room of 10"]
        }
      ]
    },
    {
      ...base,
      id: "idle",
      loads: [[{ rooms: size.idle / 10, members: 10, senders: 0 }]],
      probe: false,
      cases: [
        {
          scenario: "idle",
          name: `${grouped(size.idle)} connections, a ping every ${size.idleBeat} s`,
          phases: [{ kind: "idle", seconds: size.idleBeat * 2.4 }]
        }
      ],
      env: { PING_INTERVAL_MS: String(size.idleBeat * 1000) },
      // Memory hardly differs from run to run.
      rounds: 1
    },
    {
      ...base,
      id: "connects",
      peers: fewer,
      loads: [[]],
      probe: false,
      cases: [
        {
          scenario: "connects",
          name: `${grouped(size.connects)} connections, 64 under way`,
          phases: [{ kind: "connects", total: size.connects, concurrency: 64, perRoom: 10 }]
        }
      ]
    },
    ...durabilities.map(durable),
    ...countings.map((one) => ({ ...counted(one, "on"), beside: { ...counted(one, "off"), command: uncounted } })),
    ...guardings.map((one) => ({ ...guarded(one, "on"), beside: guarded(one, "off") }))
  ]
}

/** The sessions that have a case of the scenarios asked for, with only those cases. */
export const planSessions = (options: Options): ReadonlyArray<Session> =>
  plan(options)
    .map((session) => ({
      ...session,
      cases: session.cases.filter(({ scenario }) => options.scenarios.includes(scenario))
    }))
    .filter(({ cases }) => cases.length > 0)
