/** Has a bundle carry the emoji as a text of a third of the size of the list that they are taken from, and the repository carry neither. */
import { all } from "./all.ts"

/** For the `plugins` of vite. */
export const emojiPlugin = () => ({
  name: "hubbub-emoji",
  transform: {
    filter: { id: /[\\/]content[\\/]emoji[\\/]all\.ts(?:\?|$)/ },
    handler: () => ({ code: `export const all = ${JSON.stringify(all)}`, map: null })
  }
})
