/** A random UUID. `crypto.randomUUID` is missing in pages that came over plain http. */
export const uuid = (): string =>
  // each digit 0 is random
  "00000000-0000-4000-8000-000000000000".replaceAll("0", () =>
    (crypto.getRandomValues(new Uint8Array(1))[0]! & 15).toString(16)
  )
