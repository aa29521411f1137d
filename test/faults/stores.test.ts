/** The store fails under load; what was promised is checked afterwards. */
import { awayAtStart, backlogFull, killedWhileAway, storeFaults } from "./scenarios/stores.ts"
import { plays } from "./plays.ts"

plays("a store that fails", [...storeFaults, awayAtStart, killedWhileAway, backlogFull])
