import { type RefObject, useEffect, useRef, useState } from "react"
import { useReadable } from "../Cell.ts"
import { createInquiry, type InquiryState, keyOf, type Questions } from "./Inquiry.ts"
import { useScope } from "./Scope.ts"
import { useNear } from "./useNear.ts"

/**
 * What there is of the answers, asked again whenever the questions are others or it is time to, as long as the element that shows them is
 * seen or nearly so, or all are to be printed.
 */
export const useInquiry = <T extends object>(
  questions: Questions<T>,
  shownBy: RefObject<HTMLElement | null>
): {
  readonly state: InquiryState<T>
  /** Whether something is asked now. */
  readonly busy: boolean
  readonly retry: () => void
} => {
  const { answers, beat, printing, refuse } = useScope()
  const [inquiry] = useState(() => createInquiry<T>(answers, refuse))
  const state = useReadable(inquiry)
  const seen = useNear(shownBy)
  const near = useReadable(printing) || seen
  const key = keyOf(questions)
  const answered = useRef<string>(undefined)
  const asked = `${beat.tick} ${key}`
  if (state.status === "answered" && state.key === key && !state.renewing) answered.current ??= asked

  useEffect(() => {
    if (!near || answered.current === asked) return undefined
    answered.current = undefined
    inquiry.ask(questions)
    return inquiry.stop
    // questions of the same key differ by the time that a tick moves on
  }, [inquiry, asked, near])

  const current = state.status === "asking" || state.key === key
  const shown: InquiryState<T> = current ? state : { status: "asking" }
  const busy = near && (shown.status === "asking" || (shown.status === "answered" && shown.renewing))
  return { state: shown, busy, retry: inquiry.retry }
}
