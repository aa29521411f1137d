import type { Cell, Fact, Kind } from "./Sheet.ts"

/** One of the figures of a report. `name`: as the server's answers have it. */
export const fact = (name: string, label: string, value: Cell, kind: Kind): Fact => ({ name, label, value, kind })
