/**
 * Parses JSON as Python writes it: beside standard JSON the bare words NaN, Infinity and -Infinity, which
 * kernels and MLflow's older clients send.
 * @throws SyntaxError as JSON.parse does
 */
export function parseLooseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error
    return JSON.parse(quoteBareNumbers(text), (_key, value: unknown) =>
      typeof value === 'string' && value.startsWith(mark) ? Number(value.slice(mark.length)) : value,
    )
  }
}

/** Not a character that can stand in a JSON text unescaped, so no user string begins with it by accident. */
const mark = '\u0001number:'

function quoteBareNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (found) =>
    found.startsWith('"') ? found : JSON.stringify(mark + found),
  )
}
