/** Whether a text is nothing but one to three emoji, which are shown large then. */
const FEW = /^(?:\s*\p{RGI_Emoji}){1,3}\s*$/v

/** Code units that three may have, blanks between them included. */
const LENGTH_MAX = 120

export const onlyEmoji = (text: string): boolean => text.length <= LENGTH_MAX && FEW.test(text)
