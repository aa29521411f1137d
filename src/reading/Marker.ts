/** How far a user has read in a room, and how that is written down. */
import { Option, Schema } from "effect"
import { Position, Seq } from "../domain/Position.ts"

export interface Marker extends Position {
  /** Milliseconds since 1970 at which it was moved or set. */
  readonly at: number
  /** The user does not read the room any more, and had heard of all until here. */
  readonly forgotten?: true
}

/** Before everything that was ever said in a room. */
export const beginning: Position = { epoch: 0, seq: 0 }

export const isBefore = (a: Position, b: Position): boolean =>
  a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq)

export const isSame = (a: Position, b: Position): boolean => a.epoch === b.epoch && a.seq === b.seq

const Written = Schema.fromJsonString(
  Schema.Struct({ epoch: Seq, seq: Seq, at: Seq, forgotten: Schema.optionalKey(Schema.Literal(true)) })
)
const decode = Schema.decodeUnknownOption(Written)

/** What a record says; nothing where it was damaged. */
export const readMarker = (json: string): Marker | undefined => Option.getOrUndefined(decode(json))

/** The text of the record. */
export const writeMarker = ({ at, epoch, forgotten, seq }: Marker): string =>
  JSON.stringify({ epoch, seq, at, ...(forgotten === undefined ? {} : { forgotten }) })
