/** Orders of moderators. A module of its own, as few clients give any. */
import type { Client } from "./Client.ts"
import type { Frame, Order } from "./Frame.ts"
import type { Waiting } from "./Waiters.ts"

/** Rejected as what the client is asked is. */
export const moderate = (client: Client, order: Order, waiting?: Waiting): Promise<Frame<"moderated">> =>
  client.ask({ type: "moderate", ...order }, "moderated", waiting)
