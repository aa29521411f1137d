/** Why one is not in a room, in words. */
import type { HubbubError } from "../../client/index.ts"
import type { ListedRoom } from "../chat/ChatContext.ts"
import { problemText } from "../chat/problemText.ts"
import { banText } from "../session/banText.ts"

interface Refusal {
  readonly title: string
  readonly detail: string | undefined
}

export const refusalOf = (
  status: "refused" | "removed",
  error: HubbubError | undefined,
  kind: ListedRoom["kind"]
): Refusal => {
  if (status === "removed") {
    // nobody else can, and the server does not tell why
    const who = kind === "public" ? "A moderator" : "Somebody"
    return { title: "You are not in this room any more", detail: `${who} took you out of it.` }
  }
  switch (error?.code) {
    case "forbidden":
    case "forbidden_room":
      return {
        title: "You may not enter this room",
        detail:
          kind === "public"
            ? "You were banned from it, or your sign-in is not for it. Ask a moderator."
            : "Only its members may. Ask one of them to invite you."
      }
    case "banned":
      // with until when, and why
      return { title: "You are banned from this room", detail: banText(error.message) }
    case "not_found":
      return { title: "There is no such room", detail: "Look whether its name is spelled right." }
    default:
      return { title: "This room could not be entered", detail: error === undefined ? undefined : problemText(error) }
  }
}
