/** Clients repeat themselves, come back all at once, and find the disk full; what was promised is checked afterwards. */
import { plays } from "./plays.ts"
import { diskFull } from "./scenarios/disk.ts"
import { laggards } from "./scenarios/laggards.ts"
import { repeats } from "./scenarios/repeats.ts"
import { storm } from "./scenarios/storm.ts"

plays("clients that come again, and a disk without space", [repeats, laggards, storm, diskFull])
