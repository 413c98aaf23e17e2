/**
 * What a secret looks like in code, command lines and environment variables. Each pattern's first group is
 * kept, the rest of the match is replaced. The kernel module holds the same rules in Python; the table
 * test/fixtures/secrets.json keeps both to it.
 */
const patterns: readonly RegExp[] = [
  // name = "value" where the name says that it is secret
  /((?:password|passwd|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|credential)[\w-]*["']?\s*[:=]\s*[rbfu]*["'])[^"'\n]{3,}(?=["'])/gi,
  // --token value and TOKEN=value on command lines
  /((?:--?|\b)[\w-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)[\w-]*[= ])(?!["'=])[^\s"']{6,}/gi,
  // user:password@ in addresses
  /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:)[^\s@"']+(?=@)/gi,
  // tokens known by their form: GitHub, GitLab, OpenAI and alike, AWS, Google, Slack, Hugging Face, JWT
  /()\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|sk-[\w-]{20,}|AKIA[0-9A-Z]{16}|AIza[\w-]{35}|xox[abprs]-[\w-]{10,}|hf_[A-Za-z0-9]{20,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,})/g,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]+?(?=-----END)/g,
]

/** The text with everything that looks like a secret replaced by `[redacted]`. */
export function redact(text: string): string {
  return patterns.reduce((result, pattern) => result.replace(pattern, '$1[redacted]'), text)
}
