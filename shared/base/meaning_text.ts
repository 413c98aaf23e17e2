/** What is known of a column's meaning, as a profile tells it. */
interface Meaning {
  class: string
  probability: number
  tags: readonly string[]
}

/** What a column means in a few words: what rules see in it, else its class if that is fairly sure. Empty if neither. */
export function describeMeaning(meaning: Meaning | null | undefined): string {
  if (meaning === undefined || meaning === null) return ''
  const [tag] = meaning.tags.filter((each) => each !== 'key')
  const isKey = meaning.tags.includes('key')
  if (tag !== undefined) return isKey ? `${tag}, a key` : tag
  if (isKey && meaning.class === 'not-generalizable') return 'a key'
  const isSure = meaning.probability >= 0.7 && meaning.class !== 'context-specific'
  return isSure ? meaning.class.replaceAll('-', ' ') : ''
}
