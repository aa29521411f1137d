/** Not being heard, in one room or everywhere: until when, as in `2025-12-30T10:30:00.000Z`, for good where that is not said. */
export interface Mute {
  readonly until?: string | undefined
  readonly reason?: string | undefined
}
