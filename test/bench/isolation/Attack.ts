/** What is done to a server while others chat on it, and what the process that does it is told. */

const attackNames = ["readers", "senders", "unlimited", "upgrades", "fragments", "pings"] as const
export type AttackName = (typeof attackNames)[number]

export interface Attack {
  readonly name: AttackName
  readonly title: string
  /** What the server is told besides its defaults. */
  readonly env: Readonly<Record<string, string>>
}

/** The server's own limits, for loopback addresses too; its log is of no use here. */
const defaults: Readonly<Record<string, string>> = {
  RATE_LIMIT_PER_SEC: "",
  JOIN_LIMIT_PER_SEC: "",
  CONNECTIONS_PER_IP: "",
  UPGRADES_PER_SEC: "",
  LIMIT_LOOPBACK: "true"
}

const titles: Readonly<Record<AttackName, string>> = {
  readers: "50 readers that never read",
  senders: "50 senders at full speed, limited",
  unlimited: "50 senders at full speed, no message limit",
  upgrades: "a flood of upgrades",
  fragments: "50 floods of one-byte fragments",
  pings: "50 floods of pings"
}

export const attacks: ReadonlyArray<Attack> = attackNames.map((name) => ({
  name,
  title: titles[name],
  env: name === "unlimited" ? { ...defaults, RATE_LIMIT_PER_SEC: "0" } : defaults
}))

export interface AttackTask {
  readonly attack: AttackName
  readonly port: number
  /** Where it happens: a room that healthy clients are in. */
  readonly room: string
}

/** What attackers did since they began. CPU in microseconds, of the process. */
export interface AttackAccount {
  readonly seconds: number
  readonly cpu: number
  /** Connections that were let in, and that were not. */
  readonly entered: number
  readonly refused: number
  /** Bytes that the server took, and frames in them. */
  readonly bytes: number
  readonly frames: number
}
