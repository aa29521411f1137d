/** Things that happen once, for whoever listens then. */
import type { Logger } from "./Logger.ts"

export interface Events<Map> {
  /** Calls on each event of this name; returns what ends that. */
  on<K extends keyof Map>(event: K, listener: (value: Map[K]) => void): () => void
  /** Calls listeners one after the other; one that throws is logged and stops no other. */
  emit<K extends keyof Map>(event: K, value: Map[K]): void
}

export const createEvents = <Map>(logger: Logger): Events<Map> => {
  const listeners: { [K in keyof Map]?: Set<(value: Map[K]) => void> } = {}
  return {
    on: (event, listener) => {
      const those = (listeners[event] ??= new Set())
      those.add(listener)
      return () => void those.delete(listener)
    },
    emit: (event, value) => {
      for (const listener of listeners[event] ?? []) {
        try {
          listener(value)
        } catch (error) {
          logger.warn?.("a listener threw", { error })
        }
      }
    }
  }
}
