/** The journal is damaged while no server runs; what was promised is checked afterwards. */
import { corrupt, lostTail, lostTailTheStoreHas, tornTail } from "./scenarios/torn.ts"
import { plays } from "./plays.ts"

plays("a journal that is damaged", [tornTail, lostTail, lostTailTheStoreHas, corrupt])
