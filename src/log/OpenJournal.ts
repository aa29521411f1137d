/** The journal of a running server, for who moves its entries on to the store. */
import { Context } from "effect"
import type { Signal } from "../actor/Signal.ts"
import type { Journal } from "./journal/Journal.ts"

export class OpenJournal extends Context.Service<
  OpenJournal,
  {
    readonly journal: Journal
    /** Up once there is something the store does not have. */
    readonly grown: Signal
    /** Entries appended by this process. */
    appended(): number
    /** The store has taken more; acknowledgements may have waited for it. */
    advanced(): void
  }
>()("hubbub/log/OpenJournal") {}
