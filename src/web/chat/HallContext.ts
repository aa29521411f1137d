/** The hall, for the parts that draw it. */
import { createContext, useContext } from "react"
import type { Hall } from "./Hall.ts"

const Context = createContext<Hall | undefined>(undefined)

export const HallProvider = Context.Provider

/** Throws outside of the chat. */
export const useHall = (): Hall => {
  const hall = useContext(Context)
  if (hall === undefined) throw new Error("there is no hall around this part")
  return hall
}
