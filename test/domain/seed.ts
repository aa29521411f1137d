/** Properties draw the same values on every run, so that what fails for one fails for all. */
import { Arbitrary } from "effect"

Arbitrary.configureGlobal({ check: { seed: "hubbub" } })
