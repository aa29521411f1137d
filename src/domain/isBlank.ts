/** White space, format and other characters that paint nothing, U+2800 (blank braille) among them. */
const INVISIBLE_ONLY = /^[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u

/** Whether there is nothing to see in a text. */
export const isBlank = (text: string): boolean => INVISIBLE_ONLY.test(text)
