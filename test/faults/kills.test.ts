/** The process dies under load; what it promised is checked afterwards. */
import { forgetful, killed, points } from "./scenarios/kills.ts"
import { plays } from "./plays.ts"

plays("a process that dies", [killed, ...points, forgetful])
