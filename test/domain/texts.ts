/** Texts that are hard to count, cut or show, and a generator of random ones. */
import { Arbitrary, Schema } from "effect"

export const thumb = "👍"
/** Seven code points, one picture. */
export const family = "👨‍👩‍👧‍👦"
export const loneHigh = "\ud800"
export const loneLow = "\udc00"

/** Sentences as people write them, many with marks, joiners or several scripts. */
export const sentences = {
  Amharic: "ሰላም፣ ዛሬ እንዴት ነህ? ስብሰባው በሦስት ሰዓት ይጀምራል።",
  Arabic: "السَّلامُ عَلَيْكُمْ، كيف حالكم اليوم؟",
  Bengali: "আজ সন্ধ্যায় কি তুমি আসতে পারবে? শ্রদ্ধাঞ্জলি জানাই।",
  Burmese: "မြို့ထဲမှာ တွေ့ကြမလား။ ကျေးဇူးတင်ပါတယ်။",
  Chinese: "大家好，今天的会议改到下午三点。",
  Czech: "Příliš žluťoučký kůň úpěl ďábelské ódy.",
  English: "It’s fine – see you at 9 o’clock, “same place”!",
  French: "Où êtes-vous ? L’été dernier, ç’était déjà Noël…",
  German: "Fußgänger müßten „größere“ Füße haben – ÄÖÜ!",
  Greek: "Τί λέγεις; Ὁ ἄνθρωπος φύσει πολιτικὸν ζῷον.",
  Gujarati: "તમે કેમ છો? આજે સાંજે મળીએ.",
  Hebrew: "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם",
  Hindi: "क्या आप कल आ सकते हैं? विद्यार्थियों को नमस्कार।",
  Japanese: "明日のミーティングは１０時からですよね？ｶﾞﾝﾊﾞﾚ！",
  Kannada: "ನಮಸ್ಕಾರ, ನೀವು ಹೇಗಿದ್ದೀರಿ?",
  Khmer: "សួស្តី តើអ្នកសុខសប្បាយទេ? ស្ត្រីម្នាក់កំពុងរង់ចាំ។",
  Korean: "안녕하세요, 내일 회의는 몇 시에 시작하나요?",
  Malayalam: "നമസ്കാരം, സുഖമാണോ? ന്\u200dറെ അവന്\u200d",
  Persian: "سلام، فردا می\u200cتوانید بیایید؟ کتاب\u200cهای خوب",
  Polish: "Zażółć gęślą jaźń, proszę!",
  Russian: "Съешь же ещё этих мягких французских булок, да выпей чаю.",
  Sinhala: "ආයුබෝවන්, ශ්\u200dරී ලංකාව ලස්සනයි.",
  Tamil: "வணக்கம், எப்படி இருக்கிறீர்கள்?",
  Telugu: "నమస్కారం, మీరు ఎలా ఉన్నారు? స్త్రీ",
  Thai: "สวัสดีครับ พรุ่งนี้ที่นี่น้ำท่วมไหม",
  Tibetan: "བཀྲ་ཤིས་བདེ་ལེགས། སྒྲུབ་ཐབས་རྒྱུད།",
  Turkish: "İstanbul’da görüşürüz, ılık bir gün.",
  Urdu: "آپ کیسے ہیں؟ مُجھے کَل ضرور بتائیں۔",
  Vietnamese: "Ngày mai cậu có đến được không? Tiếng Việt có nhiều dấu: ữ, ậ, ỡ.",
  Yoruba: "Ẹ kú àárọ̀, ṣé ẹ ti jẹun? Ọ̀rẹ́ mi dé."
} as const

const PIECES = [
  "a",
  "Z",
  "7",
  " ",
  "  ",
  "\t",
  "\n",
  "\r",
  "\r\n",
  "\u00a0",
  "\u2003",
  "\u2028",
  "\u3000",
  "é",
  "e\u0301",
  "\u0301",
  "\u0323",
  "Å",
  "\u212b",
  "ᄒ",
  "ᅡ",
  "한",
  "\ufb01",
  thumb,
  family,
  "\u200b",
  "\u200d",
  "\ufe0f",
  "\u202e",
  "\ufeff",
  "\u0000",
  "\u{e0041}",
  "\u{10ffff}",
  loneHigh,
  loneLow,
  "\ud83d"
] as const

/** Any string, lone surrogates included: a row of the hard pieces, then random characters. */
export const anyText = Arbitrary.map(
  Arbitrary.all({
    pieces: Arbitrary.array(Arbitrary.schema(Schema.Literals(PIECES)), { maxLength: 40 }),
    rest: Arbitrary.schema(Schema.String)
  }),
  ({ pieces, rest }) => pieces.join("") + rest
)
