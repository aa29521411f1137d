/** Something that goes wrong under load, played from a seed: it returns what it measured, and fails where a promise was broken. */
import { Stage } from "../Stage.ts"

export type Figures = Readonly<Record<string, number | string>>

export interface Scenario {
  /** A name for the command line. */
  readonly name: string
  /** What must hold, as a sentence. */
  readonly holds: string
  readonly play: (stage: Stage) => Promise<Figures>
}

/** The command that plays a scenario again. */
export const replay = (name: string, seed: number): string =>
  `node test/faults/run.ts --scenario ${name} --seed ${seed} --minutes 0`

/** Plays a scenario on a stage of its own; a failure says how to see it again. */
export const play = async (scenario: Scenario, seed: number): Promise<Figures> => {
  const stage = new Stage(seed)
  try {
    return await scenario.play(stage)
  } catch (error) {
    if (error instanceof Error) error.message += `\nseed ${seed}; again: ${replay(scenario.name, seed)}`
    throw error
  } finally {
    await stage.clear()
  }
}
