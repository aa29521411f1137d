/** What users may still do, over all of their connections, by a key. Each takes one and returns 0, or the milliseconds to wait. */
export interface Allowance {
  message(key: string): number
  join(key: string): number
  /** A room that nothing was ever said in. */
  room(key: string): number
}
