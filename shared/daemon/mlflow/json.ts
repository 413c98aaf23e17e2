/**
 * Writes an answer as MLflow's clients read it (protobuf's JSON): doubles that are no numbers as the strings
 * "NaN", "Infinity" and "-Infinity", whole numbers as numbers however large, what is undefined left out.
 */
export function encodeJson(value: unknown): string {
  // Nearly every answer is plain; a replacer would make the long ones several times slower.
  return isPlain(value) ? JSON.stringify(value) : JSON.stringify(value, replaceSpecial)
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value === 'bigint') return false
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isPlain)
  for (const key in value) if (!isPlain((value as Record<string, unknown>)[key])) return false
  return true
}

function replaceSpecial(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value === 'bigint') return rawJson(value.toString())
  return value
}

/** Puts digits into JSON as they are (https://github.com/tc39/proposal-json-parse-with-source, Node 21 and later). */
function rawJson(digits: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits)
}
