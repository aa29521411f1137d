import { CHANGING, figuresAgree, STEADY } from "./agreement.ts"

/** Berlin changes on 25 October 2026, St John's on 1 November. */
figuresAgree({
  name: "the weeks around the change to winter time",
  endAt: Date.UTC(2026, 10, 6, 22, 3),
  seed: 2,
  zones: [...STEADY, ...CHANGING]
})
