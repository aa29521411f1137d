/** Attacks by their numbers, from several sides at once: each number is one attack, whatever came before it. */
import { Dice } from "../support/Dice.ts"
import { type Attack, type Attacker, weighted } from "./Attack.ts"
import { frameAttack } from "./frameAttack.ts"
import { handshakeAttack } from "./handshakeAttack.ts"
import type { House, Mode } from "./House.ts"
import { httpAttack } from "./httpAttack.ts"
import { orderAttack } from "./orderAttack.ts"
import { textAttack } from "./textAttack.ts"

const kinds: ReadonlyArray<readonly [weight: number, kind: readonly [name: string, attacker: Attacker]]> = [
  [4, ["text", textAttack]],
  [3, ["frames", frameAttack]],
  [2, ["handshake", handshakeAttack]],
  [3, ["http", httpAttack]],
  [2, ["http", orderAttack]]
]

const SIDES = 6

export class Assault {
  /** How many attacks of each kind there were. */
  readonly counts = new Map<string, number>()
  /** What the server did wrong, each with the attack that showed it. */
  readonly findings: Array<string> = []
  /** The number of the next attack. */
  next = 0
  private readonly house: House
  private readonly mode: Mode
  private readonly seed: number
  private readonly underWay = new Set<number>()
  private suspects: ReadonlyArray<number> | undefined

  constructor(house: House, mode: Mode, seed: number) {
    this.house = house
    this.mode = mode
    this.seed = seed
  }

  /** From all sides until it is enough, or until a neighbour complains, which an attack that is under way is suspected of. */
  async storm(enough: () => boolean): Promise<void> {
    const side = async () => {
      while (!enough() && !this.noticed()) {
        const number = this.next++
        this.underWay.add(number)
        await this.play(number)
        this.noticed()
        this.underWay.delete(number)
      }
    }
    await Promise.all(Array.from({ length: SIDES }, side))
  }

  /** The attack with this number, and no other. Returns what it is. */
  async single(number: number): Promise<string> {
    const [kind, { what }] = this.attack(number)
    await this.play(number)
    return `${kind}: ${what}`
  }

  /** How to see those again that were under way when a neighbour noticed something. */
  get suspected(): ReadonlyArray<string> {
    return (this.suspects ?? []).map((number) => `suspected: ${this.again(number)}`)
  }

  private noticed(): boolean {
    if (this.suspects !== undefined) return true
    if (this.house.complaints.length === 0) return false
    this.suspects = [...this.underWay]
    return true
  }

  private attack(number: number): readonly [string, Attack] {
    const dice = new Dice(Math.imul(this.seed, 1_000_003) + number)
    const [name, attacker] = weighted(dice, kinds)
    return [name, attacker(dice, this.house.target)]
  }

  private async play(number: number): Promise<void> {
    const [kind, attack] = this.attack(number)
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
    const fault = await attack.play().catch((error: unknown) => String(error))
    if (fault !== undefined) this.findings.push(`${kind}: ${fault}\n  ${attack.what}\n  ${this.again(number)}`)
  }

  private again(number: number): string {
    return `again: node test/fuzz/run.ts --mode ${this.mode} --seed ${this.seed} --case ${number}`
  }
}
