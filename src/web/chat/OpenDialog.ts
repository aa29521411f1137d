/** The one dialog that may be open over the chat. */
import type { Row } from "../../client/index.ts"

export type OpenDialog =
  | { readonly kind: "switcher" | "help" | "settings" | "join" | "group" | "blocked" | "signOut" }
  /** A first message; `userId`: to whom, where that is known. */
  | { readonly kind: "direct"; readonly userId?: string }
  /** Who is in a group. */
  | { readonly kind: "people"; readonly roomId: string }
  /** What a room may tell one of. */
  | { readonly kind: "alerting"; readonly roomId: string }
  | { readonly kind: "leave"; readonly roomId: string }
  | { readonly kind: "block"; readonly userId: string }
  /** Orders about a user, and about one thing they said. */
  | { readonly kind: "moderate"; readonly userId: string; readonly roomId: string; readonly row?: Row }
