import { useRef } from "react"
import type { Envelope, UserFigures } from "./Answer.ts"
import styles from "./Person.module.css"
import { ofUser } from "./Question.ts"
import { useScope } from "./Scope.ts"
import { useInquiry } from "./useInquiry.ts"

const Named = ({ id }: { readonly id: string }) => {
  const { period, tz } = useScope()
  const frame = useRef<HTMLSpanElement>(null)
  const { state } = useInquiry<{ readonly answer: Envelope & UserFigures }>(
    { answer: ofUser(id, { period, tz }) },
    frame
  )
  const name = state.status === "answered" ? state.answers.answer.username : null
  return (
    <span ref={frame}>
      {name === null || name === id ? (
        <bdi>{id}</bdi>
      ) : (
        <>
          <bdi>{name}</bdi>{" "}
          <bdi className={styles["id"]} title="The id, which stays the same whatever the name">
            {id}
          </bdi>
        </>
      )}
    </span>
  )
}

/** Who somebody is: by the last name of the period where one is known, and always by id. `ready`: whether it can be asked for. */
export const Person = ({ id, ready }: { readonly id: string; readonly ready: boolean }) =>
  ready ? <Named id={id} /> : <bdi>{id}</bdi>
