/** A place in a room: `seq` counts from 1 within an `epoch`. */
export interface Position {
  readonly epoch: number
  readonly seq: number
}

/** Negative where `a` is before `b`, 0 where both are one place. */
export const order = (a: Position, b: Position): number => a.epoch - b.epoch || a.seq - b.seq

/** The place after one, of the same epoch. */
export const next = ({ epoch, seq }: Position): Position => ({ epoch, seq: seq + 1 })
