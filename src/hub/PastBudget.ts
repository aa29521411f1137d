/** What the pasts of all rooms may hold in memory from when they are read until their clients have taken them. */
export class PastBudget {
  private readonly bytes: number
  private held = 0

  /** For `bytes` in all. */
  constructor(bytes: number) {
    this.bytes = bytes
  }

  /** Bytes that are not held. */
  get left(): number {
    return Math.max(0, this.bytes - this.held)
  }

  /** Holds some until the answer is called. May exceed what is left: what is there already has to be counted. */
  hold(bytes: number): () => void {
    this.held += bytes
    let holding = true
    return () => {
      if (holding) this.held -= bytes
      holding = false
    }
  }
}
