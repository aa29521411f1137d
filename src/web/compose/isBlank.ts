/** Whether a text has nothing to see in it, by the server's rule: white space and what paints nothing. */
const INVISIBLE_ONLY = /^[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u

export const isBlank = (text: string): boolean => INVISIBLE_ONLY.test(text)
