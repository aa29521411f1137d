/** Every scenario that must hold. */
import { diskFull } from "./disk.ts"
import { forgetful, killed, points } from "./kills.ts"
import { laggards } from "./laggards.ts"
import { repeats } from "./repeats.ts"
import type { Scenario } from "./Scenario.ts"
import { stoppedWhileStoreAway, stoppedWithStuckClients } from "./stops.ts"
import { storm } from "./storm.ts"
import { awayAtStart, backlogFull, killedWhileAway, storeFaults } from "./stores.ts"
import { corrupt, lostTail, lostTailTheStoreHas, tornTail } from "./torn.ts"

export const scenarios: ReadonlyArray<Scenario> = [
  killed,
  ...points,
  forgetful,
  ...storeFaults,
  awayAtStart,
  killedWhileAway,
  backlogFull,
  stoppedWithStuckClients,
  stoppedWhileStoreAway,
  tornTail,
  lostTail,
  lostTailTheStoreHas,
  corrupt,
  diskFull,
  repeats,
  laggards,
  storm
]
