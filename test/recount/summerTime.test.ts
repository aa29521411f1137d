import { CHANGING, figuresAgree } from "./agreement.ts"

/** Berlin changes on 29 March 2026, St John's on 8 March. */
figuresAgree({
  name: "the weeks around the change to summer time",
  endAt: Date.UTC(2026, 3, 9, 9, 41),
  seed: 1,
  zones: CHANGING
})
