/** Gives the user a file that was made in the page. */
export const download = (name: string, type: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  // the browser has to have begun
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
