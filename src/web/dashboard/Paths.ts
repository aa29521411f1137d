/** What is drawn, as SVG has it: with gaps where there is no value. */
import type { Slot, Values } from "./Lines.ts"
import type { Place } from "./Scale.ts"

const at = (place: number) => place.toFixed(1)

/** A line from bucket to bucket, by their beginnings. */
export const linePath = (values: Values, slots: ReadonlyArray<Slot>, x: Place, y: Place): string => {
  let path = ""
  let drawing = false
  for (const [i, slot] of slots.entries()) {
    const value = values[i] ?? null
    if (value !== null) path += `${drawing ? "L" : "M"}${at(x(slot.start))} ${at(y(value))}`
    drawing = value !== null
  }
  return path
}

/** Bars as wide as their buckets, which are not all of the same length where a clock is put or a window cuts. */
export const barPath = (values: Values, slots: ReadonlyArray<Slot>, x: Place, y: Place): string => {
  let path = ""
  for (const [i, slot] of slots.entries()) {
    const value = values[i] ?? null
    if (value === null || value === 0) continue
    const [left, right] = [x(slot.start), x(slot.end)]
    const gap = Math.min(3, (right - left) * 0.25)
    // what is little is still something
    const top = Math.min(y(value), y(0) - 1)
    path += `M${at(left + gap / 2)} ${at(y(0))}V${at(top)}H${at(right - gap / 2)}V${at(y(0))}Z`
  }
  return path
}
