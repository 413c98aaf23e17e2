/**
 * Takes secrets out of text before it is stored. The kernel module holds the same rules in Python, so that a
 * secret need not even cross a process border; here they stand for every other client. The table
 * test/fixtures/secrets.json holds both to the same cases.
 */
const mark = '[redacted]'

/**
 * What a name of a secret ends in, with a short tail ("_prod", "2"). Its beginning is of no interest: looking
 * for it would make long lines without blanks (pictures as text) slow. Tokens of language models are none.
 */
const name =
  '(?:api[_-]?key|secret(?!ar)|passw(?:or)?d|passphrase|\\bpwd|access[_-]?key|private[_-]?key|account[_-]?key' +
  '|credential|conn(?:ection)?[_-]?str(?:ing)?' +
  '|(?<!pad_)(?<!eos_)(?<!bos_)(?<!unk_)(?<!sep_)(?<!cls_)(?<!mask_)token(?!i[sz]))[\\w-]{0,24}'

/** A quoted text that is no template; takes the groups 2 (quote), 3 (text) and 4 (quote again). */
const quoted = '("""|\'\'\'|["\'])(?![<\\[{$]|\\2)((?:\\\\.|(?!\\2)[^\\\\\\n])+)(\\2)'

/** Each rule: what to look for, and what stands in its place. */
const rules: readonly (readonly [RegExp, string])[] = [
  // PEM blocks, as they are or with \n spelled out.
  [/(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----)/g, `$1${mark}$2`],
  // user:password@host in an address.
  [/(\b[A-Za-z][A-Za-z0-9+.-]{0,20}:\/\/[^\s/:@'"]{0,200}:)(?![<[{$])[^\s/@'"]{1,200}(@)/g, `$1${mark}$2`],
  // Tokens that are known by their beginning.
  [
    new RegExp(
      '\\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}' +
        '|hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|sk_(?:live|test)_[A-Za-z0-9]{16,}' +
        '|xox[abprs]-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}' +
        '|ya29\\.[A-Za-z0-9_-]{20,}|pypi-[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{30,}|dapi[a-f0-9]{32}' +
        '|eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,})',
      'g',
    ),
    mark,
  ],
  // Our own capability in an address.
  [/(https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+\/k\/)[A-Za-z0-9_.~-]+/g, `$1${mark}`],
  // Authorization headers.
  [/(\bbearer\s+|\bauthorization["']?\s*[:=]\s*["']?basic\s+)(?=\S*\d)[\w.~+/=-]{8,}/gi, `$1${mark}`],
  // password = "...", 'api_key': '...', token: str = "...", os.environ["API_TOKEN"] = "...".
  [
    new RegExp(
      `(${name}["']?\\s*(?:\\]\\s*)?(?::\\s*\\w[\\w\\[\\], .|]{0,40})?(?:=|:)\\s*[rbfu]{0,2})${quoted}`,
      'gi',
    ),
    `$1$2${mark}$4`,
  ],
  // os.environ.setdefault("API_TOKEN", "...") and monkeypatch.setenv, keyring.set_password and their like.
  [
    new RegExp(
      `(\\bset(?:default|env|_key|_secret)\\(\\s*["'][^"'\\n]{0,80}?${name}["']\\s*,\\s*)${quoted}`,
      'gi',
    ),
    `$1$2${mark}$4`,
  ],
  // set_password("...").
  [new RegExp(`(\\bset_?${name}\\(\\s*)${quoted}`, 'gi'), `$1$2${mark}$4`],
  // --password hunter2, --api-key=... in a shell line.
  [
    new RegExp(`((?<![\\w-])--?[a-z0-9-]{0,30}${name}(?:=|[ \\t]+))(?![-"'<\\[{$])[^\\s"']+`, 'gi'),
    `$1${mark}`,
  ],
  // DB_PASSWORD=hunter2 in a shell line or an .env file: capitals, no blanks around the sign.
  [
    new RegExp(
      '((?:API_?KEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|ACCESS_?KEY|PRIVATE_?KEY|ACCOUNT_?KEY|TOKEN' +
        '|CREDENTIALS?)[A-Z0-9_]{0,24}=)(?![="\'<\\[{($\\s])[^\\s"\'#,)]+',
      'g',
    ),
    `$1${mark}`,
  ],
]

/** Every text that a rule changes holds one of these: looking for a few words costs far less than the rules. */
const hint =
  /key|secret|passw|passphrase|pwd|credential|conn|token|:\/\/|bearer|basic|gh[pousr]_|github_pat_|glpat-|hf_|sk[-_]|xox|akia|asia|aiza|ya29\.|pypi-|npm_|dapi|eyj/i

/** The text with everything that looks like a secret replaced by `[redacted]`. Twice changes nothing more. */
export function redact(text: string): string {
  if (!hint.test(text)) return text
  return rules.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)
}
