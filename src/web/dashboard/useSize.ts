import { type RefObject, useLayoutEffect, useState } from "react"

/** Pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** How large an element is now. */
export const useSize = (element: RefObject<HTMLElement | null>): Size => {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const measured = element.current
    if (measured === null) return undefined
    const measure = () => {
      const [width, height] = [measured.clientWidth, measured.clientHeight]
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(measured)
    return () => observer.disconnect()
  }, [element])
  return size
}
