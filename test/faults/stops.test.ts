/** The server is told to stop under load; what was promised is checked afterwards. */
import { stoppedWhileStoreAway, stoppedWithStuckClients } from "./scenarios/stops.ts"
import { plays } from "./plays.ts"

plays("a server that is told to stop", [stoppedWithStuckClients, stoppedWhileStoreAway])
