/** The text of a client's frame, good or with something wrong about it. */
import type { Dice } from "../support/Dice.ts"
import type { Target } from "./Attack.ts"
import { bentText } from "./bentText.ts"
import { sample, sampleTypes } from "./sample.ts"

/** Bytes of a frame that the server takes by default. */
const FRAME_MAX = 16_384

/** A frame of a random type. */
export const clientText = (dice: Dice, target: Target): string =>
  bentText(dice, () => sample(dice.pick(sampleTypes), dice, target), FRAME_MAX)
