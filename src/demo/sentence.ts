/** What people of a made-up history say: words in no particular order, with what patterns are counted by. */
import type { Dice } from "./Dice.ts"

const words = {
  english:
    "the a and we you they this that here now later again maybe really good fine new old first last build server room link page test change answer question coffee lunch train weather team plan note idea morning evening works breaks helps waits runs reads sends needs is was has can should would try look think know",
  german:
    "der die das und wir ihr sie hier jetzt später wieder vielleicht wirklich gut neu alt erste letzte Raum Seite Prüfung Änderung Antwort Frage Kaffee Mittag Zug Wetter Gruppe Plan Notiz Idee Morgen Abend geht läuft hilft wartet liest schickt braucht ist war hat kann sollte würde schön größer über",
  russian:
    "и мы вы это тот здесь сейчас потом снова может хорошо новый старый ответ вопрос кофе обед поезд погода план идея утро вечер работает ждёт читает нужно есть был можно",
  greek:
    "και εμείς εσείς αυτό εδώ τώρα μετά πάλι ίσως καλά νέο παλιό απάντηση ερώτηση καφές μεσημέρι τρένο καιρός σχέδιο ιδέα πρωί βράδυ δουλεύει περιμένει διαβάζει πρέπει είναι ήταν μπορεί",
  hindi:
    "और हम आप यह वह यहाँ अब बाद फिर शायद अच्छा नया पुराना जवाब सवाल चाय दोपहर रेल मौसम योजना विचार सुबह शाम चलता रुकता पढ़ता चाहिए है था सकता",
  arabic:
    "و نحن أنتم هذا ذلك هنا الآن لاحقا مرة ربما جيد جديد قديم جواب سؤال قهوة ظهر قطار طقس خطة فكرة صباح مساء يعمل ينتظر يقرأ يجب كان يمكن",
  japanese:
    "私たち あなた これ それ ここ 今 あとで また たぶん 良い 新しい 古い 答え 質問 お茶 昼 電車 天気 計画 考え 朝 夕方 動く 待つ 読む 必要 です でした できる"
}

export type Language = keyof typeof words

const vocabulary = new Map(Object.entries(words).map(([language, text]) => [language, text.split(" ")]))

const emoji = ["👍", "😀", "😂", "🎉", "❤️", "🙏", "👀", "🚀", "☕", "🤔", "👩‍💻", "🇩🇪", "🇼🇸", "👋🏽", "🔥", "✅"]
const hosts = ["example.org", "example.com", "docs.example.net", "wiki.example.org"]
const paths = vocabulary.get("english")!
const asked: Partial<Record<Language, string>> = { greek: ";", arabic: "؟", japanese: "？" }
const ends = ["", "", "", ".", ".", "!", "…"]

/** A text of at most 1,000 code points. About one in 200 is long. `mention` is the name to call by, where somebody is called. */
export const sentence = (dice: Dice, languages: ReadonlyArray<Language>, mention?: string): string => {
  // the first is a person's own language in half of the cases
  const language = dice.chance(0.5) ? languages[0]! : dice.pick(languages)
  const list = vocabulary.get(language)!
  const roll = dice.roll()
  const length = dice.chance(0.005) ? 50 + dice.below(90) : 1 + Math.floor(roll * roll * 15)
  let text = dice.pick(list)
  for (let count = 1; count < length; count++) text += ` ${dice.pick(list)}`
  if (mention !== undefined) text = `@${mention} ${text}`
  if (dice.chance(0.04)) text += ` https://${dice.pick(hosts)}/${dice.pick(paths)}`
  // a question mark that touched a link would be a part of it
  if (dice.chance(0.16)) text += text.includes("://") ? " ?" : (asked[language] ?? "?")
  else if (!text.includes("://")) text += dice.pick(ends)
  if (dice.chance(0.13)) text += ` ${dice.pick(emoji)}`
  return text
}

/** A post of a bot. */
export const report = (dice: Dice): string =>
  `#${1000 + dice.below(9000)} ${dice.pick(["passed", "failed", "is ready", "was published"])}: https://${dice.pick(hosts)}/${dice.below(100_000)}`
