/** How many messages or rooms one page may have, over HTTP and over the socket. */
import { Schema } from "effect"

export const PAGE_SIZE_MAX = 200

/** Where nobody says how many. */
export const PAGE_SIZE_DEFAULT = 50

export const PageSize = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: PAGE_SIZE_MAX }))
