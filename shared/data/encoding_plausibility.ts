/**
 * How much a text reads like one of a language, for telling apart encodings of the same bytes: about 1 for a right
 * one, below 0 for most wrong ones. Only characters beyond ASCII count, and how they stand between their neighbours:
 * a word is of one script, has capitals at its beginning or throughout, and no symbols or boxes inside.
 */
export function plausibility(text: string, encoding: string): number {
  let sum = 0
  let count = 0
  let damaged = 0
  let kana = 0
  let previous = ' '
  const characters = Array.from(text)
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ''
    if (character > '\u007f') {
      count++
      const next = characters[at + 1] ?? ' '
      const score = scoreOf(character, previous, next)
      sum += score
      if (score <= -2) damaged++
      if (/[\u3040-\u30ff]/.test(character)) kana++
    }
    previous = character
  }
  if (count === 0) return 0
  const wide = wideBonus(text, encoding, kana / count)
  return sum / count + wide - (damaged / count) * 2 + (alphabetShare(text) - 1) * 0.6
}

/** What some languages write beyond ASCII. */
const alphabets = [
  'éèàçêôûîâùëïüÿœæ',
  'üöäßé',
  'ñáíóúüéçãõâêôàºª',
  'àèéìòùîç',
  'åæøäöéü',
  'ąćęłńóśźż',
  'áčďéěíňóřšťúůýžľĺŕôä',
  'áéíóöőúüű',
  'ăâîșțşţ',
  'çğıİöşüâîû',
  'čćđšž',
].map((letters) => new Set(letters))

/** The share of the Latin letters beyond ASCII that one language can have written; 1 if there are none. */
function alphabetShare(text: string): number {
  const letters = Array.from(text).filter(
    (character) => character > '\u007f' && /\p{Script=Latin}/u.test(character),
  )
  if (letters.length === 0) return 1
  const covered = alphabets.map(
    (alphabet) =>
      letters.filter((letter) => alphabet.has(letter) || alphabet.has(letter.toLowerCase())).length,
  )
  return Math.max(...covered) / letters.length
}

/** Letters beyond ASCII by how often the languages of Europe write them. */
const frequent = new Set('éèàçêôûîâùëïüöäßñáíóúãõåæøœąćęłńśźżčďěňřšťůýžőűğışìò')
const rarer = new Set('ÉÈÀÇÊÔÛÎÂÙËÏÜÖÄÑÁÍÓÚÃÕÅÆØŒĄĆĘŁŃŚŹŻČĎĚŇŘŠŤŮÝŽŐŰĞİŞ')
const marksOfText = new Set('–—‘’“”„«»…•°€£§©®™²³½¼¾±×µ¿¡º·\u00a0、。「」・（）！？，：；《》')
const cyrillicFrequent = new Set('оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґў')
const greekFrequent = new Set('αειοτνσςρκπλμηυωάέίόήύώδθγφχβξζψ')

function scoreOf(character: string, previous: string, next: string): number {
  if (/[\ufffd\u0080-\u009f\ue000-\uf8ff]/.test(character)) return -4
  if (/[\u2500-\u259f\u2320\u2321]/.test(character)) return -3
  const script = scriptOf(character)
  if (script === 'wide') return 0.9
  if (script === 'none') return marksOfText.has(character) ? markScore(character, previous, next) : -0.8
  const around = [previous, next].filter((other) => /\p{L}/u.test(other))
  let score = letterScore(character, script)
  // A word is written in one script.
  if (around.some((other) => scriptOf(other) !== script)) score -= 1.5
  const upper = character !== character.toLowerCase()
  if (upper && isLower(previous)) score -= 1.2
  if (upper && around.length > 0 && isLower(next) && !/\p{L}/u.test(previous)) score += 0.1
  // In Latin script such letters stand among plain ones.
  if (script === 'latin' && [previous, next].every((other) => other > '\u007f' && /\p{L}/u.test(other)))
    score -= 1
  // A letter beyond ASCII alone between digits or symbols is rather a symbol read wrongly.
  if (around.length === 0 && script === 'latin') score -= 0.9
  return score
}

function letterScore(character: string, script: string): number {
  if (script === 'cyrillic')
    return cyrillicFrequent.has(character) ? 0.9 : cyrillicFrequent.has(character.toLowerCase()) ? 0.45 : 0
  if (script === 'greek') return greekFrequent.has(character) ? 0.9 : 0.3
  if (frequent.has(character)) return 'éèàçüöäßñáíóúãêô'.includes(character) ? 1 : 0.85
  return rarer.has(character) ? 0.6 : 0
}

function markScore(character: string, previous: string, next: string): number {
  const inWord = /\p{L}/u.test(previous) && /\p{L}/u.test(next)
  if (character === '’' || character === '·') return inWord ? 0.9 : 0.5
  if (inWord) return /[–—]/.test(character) ? 0.2 : -1
  if (/[€£]/.test(character)) return /[\d ]/.test(previous) || /[\d ]/.test(next) ? 0.95 : 0.2
  if (/[°²³½¼¾±×µ]/.test(character)) return /[\d \p{L}]/u.test(previous) ? 0.8 : 0.2
  if (/[“„‘«]/.test(character)) return /[\s,;("]/.test(previous) ? 0.9 : -0.3
  if (/[”»]/.test(character)) return /[\s,;.)"]/.test(next) ? 0.9 : -0.3
  return 0.6
}

function scriptOf(character: string): 'latin' | 'cyrillic' | 'greek' | 'wide' | 'none' {
  if (/\p{Script=Latin}/u.test(character)) return 'latin'
  if (/\p{Script=Cyrillic}/u.test(character)) return 'cyrillic'
  if (/\p{Script=Greek}/u.test(character)) return 'greek'
  return /[\u3000-\u9fff\uac00-\ud7af\uff01-\uff60]/.test(character) ? 'wide' : 'none'
}

/** Which of the encodings of East Asia it is: each has the usual characters of its language in the usual place. */
function wideBonus(text: string, encoding: string, kanaShare: number): number {
  const wide = text.match(/[\u3000-\u9fff\uac00-\ud7af\uff01-\uff60]/g)?.length ?? 0
  const half = text.match(/[\uff61-\uff9f]/g)?.length ?? 0
  const beyond = text.match(/[^\u0000-\u007f]/g)?.length ?? 0
  if (encoding === 'shift_jis' || encoding === 'euc-jp')
    return (kanaShare > 0.15 ? 0.4 : -0.3) - half / Math.max(1, beyond)
  if (encoding === 'euc-kr') return share(text, /[\uac00-\ud7af]/g, wide) > 0.6 ? 0.4 : -0.6
  if (encoding === 'gb18030' || encoding === 'big5') {
    const common = share(text, encoding === 'big5' ? traditional : simplified, wide)
    return kanaShare > 0.1 ? -0.5 : common > 0.04 ? 0.3 : wide < beyond * 0.9 ? -0.6 : -0.3
  }
  return 0
}

const simplified =
  /[的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小京海市北区公司省县路号广东南西数据名称类型价格日月]/g
const traditional =
  /[的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小臺北市區公司省縣路號廣東南西數據名稱類型價格日月]/g

function share(text: string, pattern: RegExp, of: number): number {
  return (text.match(pattern)?.length ?? 0) / Math.max(1, of)
}

function isLower(character: string): boolean {
  return /\p{Ll}/u.test(character)
}
