/** A `ref` for what has the focus when its dialog opens, which otherwise the first button there has. */
export const firstFocus = (element: HTMLElement | null): void => element?.setAttribute("autofocus", "")
