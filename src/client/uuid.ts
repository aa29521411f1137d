/** A random UUID. `crypto.randomUUID` is missing in pages that came over plain http. */
export const uuid = (): string =>
  // each digit 0 is random, and so are the lower two bits of 8
  "00000000-0000-4000-8000-000000000000".replaceAll(/[08]/g, (digit) => {
    const random = crypto.getRandomValues(new Uint8Array(1))[0]! & 15
    return (digit === "0" ? random : 8 | (random & 3)).toString(16)
  })
