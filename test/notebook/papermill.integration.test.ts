import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseNotebook } from '../../shared/notebook/document.ts'
import { parameterLanguage } from '../../shared/notebook/literal.ts'
import type { ParameterValue } from '../../shared/notebook/literal.ts'
import { readAssignments } from '../../shared/notebook/assignment.ts'
import { injectParameters } from '../../shared/notebook/parameters.ts'
import { readTypedValue } from '../../shared/notebook/typed_value.ts'
import { layOut, nbformatLayout } from './layout.ts'
import { askPython, referencePython } from './python_peer.ts'

/** What people type behind `-p name`. */
const anyTyped = fc.oneof(
  fc.constantFrom(
    'True',
    'False',
    'None',
    'true',
    '',
    ' ',
    '1_000',
    '1__0',
    '007',
    '-0',
    '+5',
    ' 12 ',
    '1.',
    '.5',
    '1e3',
  ),
  fc.constantFrom(
    '1e-7',
    '1E5',
    '1e400',
    '-1e400',
    'inf',
    '-Infinity',
    'nan',
    '+nan',
    '0x10',
    '1e',
    '1_0.0_1',
    '1e1_0',
    '٣',
  ),
  fc.constantFrom(
    '9007199254740993',
    '123456789012345678901234567890',
    '0.1',
    '1e16',
    '123456789012345.6',
    '1e22',
    '5e-324',
  ),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

describe('parameters against the real papermill', () => {
  let python: string
  before(async function () {
    this.timeout(600_000)
    python = await referencePython()
  })

  it('are read as typed, and written for Python and R, the same', async () => {
    const typed = fc
      .sample(anyTyped, 2000)
      .filter((text) => !/[\ud800-\udfff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')))
    const code = `
from papermill.cli import _resolve_type
from papermill.translators import PythonTranslator, RTranslator
values = [_resolve_type(text) for text in data]
result = [[PythonTranslator.translate(v), RTranslator.translate(v), type(v).__name__] for v in values]`
    const answers = await askPython<[string, string, string][]>(python, code, typed)
    typed.forEach((text, i) => {
      const [inPython, inR, type] = answers[i]!
      // Digits of other scripts are numbers to Python; here they are text.
      if (/[^\0-\x7f]/.test(text) && type !== 'str') return
      const value = readTypedValue(text)
      assert.equal(parameterLanguage('python').literal(value), inPython, JSON.stringify(text))
      // papermill writes R's NaN as nan, a name that R does not know, and \\x beside \\u, which R refuses.
      if (type === 'str' ? /^[ -~\n\r\t]*$/.test(text) : Number.isFinite(Number(value))) {
        assert.equal(parameterLanguage('r').literal(value), inR, JSON.stringify(text))
      }
    })
  }).timeout(60_000)

  it('with lists and dictionaries become literals that Python reads back to the same', async () => {
    const values = JSON.parse(JSON.stringify(fc.sample(fc.jsonValue(), 500))) as ParameterValue[]
    const literals = values.map((value) => parameterLanguage('python').literal(value))
    const code = 'import ast\nresult = [ast.literal_eval(text) for text in data]'
    assert.deepEqual(await askPython(python, code, literals), values)
  }).timeout(60_000)

  it('are put into the very cell, text and place', async () => {
    const cell = (source: string, ...tags: string[]) => ({
      cell_type: 'code',
      execution_count: null,
      metadata: { tags },
      outputs: [],
      source: [source],
    })
    const metadata = { kernelspec: { name: 'python3', display_name: 'P', language: 'python' } }
    const notebooks = [
      [cell('a'), cell('x = 1', 'parameters'), cell('b')],
      [cell('x = 1', 'parameters'), cell('old', 'injected-parameters'), cell('b')],
      [cell('a'), cell('b')],
      [cell('x = 1', 'parameters', 'other'), cell('y = 1', 'parameters')],
    ].map((cells) => layOut({ cells, metadata, nbformat: 4, nbformat_minor: 4 }, nbformatLayout))
    const parameters = { x: 0.5, name: 'a "b"', n: null, flag: true, list: [1, 2.5, 'c'], map: { k: 'v' } }
    const code = `
import nbformat
from papermill.parameterize import parameterize_notebook
result = []
for text in data["notebooks"]:
    nb = nbformat.reads(text, as_version=4)
    nb.metadata.papermill = {}
    done = parameterize_notebook(nb, data["parameters"])
    result.append([[cell.source, cell.metadata.get("tags", [])] for cell in done.cells])`
    const expected = await askPython(python, code, { notebooks, parameters })
    const ours = notebooks.map((text) =>
      injectParameters(parseNotebook(text), parameters).document.cells.map(({ source, tags }) => [
        source,
        tags,
      ]),
    )
    assert.deepEqual(ours, expected)
  }).timeout(60_000)

  it('are found where Python finds assignments', async () => {
    const pieces = [
      'a = 1',
      'b: int = 2',
      'c = d = 3',
      'e, f = 1, 2',
      'g += 1',
      'h == 2',
      'i = "x = 1"',
      "j = 'it\\'s'",
      'k = [\n  1,\n]',
      'm = """\nn = 1\n"""',
      'if a:\n    o = 1',
      'def p(q=1):\n    r = 2',
      's = lambda t=1: t',
      'u = v(w=1)',
      'x.y = 1',
      'z[0] = 1',
      'aa = 1; bb = 2',
      'cc = \\\n  3',
      '# dd = 1',
      'ee = 1  # ff = 2',
      'gg: "list[int]" = []',
      'hh = {"a": 1}["a"]',
      'ii = 1 if 2 else 3',
      'jj = kk != 1',
      'for ll in []:\n    mm = 1',
      'nn = (oo := 1)',
      "pp = f'{a=}'",
      'rr = r"\\"',
      'tt: int',
      'uu = b"#"',
      'print(vv := 2)',
    ]
    const sources = fc
      .sample(fc.array(fc.constantFrom(...pieces), { maxLength: 6 }), 300)
      .map((parts) => parts.join('\n'))
    const code = `
import ast
result = []
for text in data:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        result.append(None)
        continue
    names = []
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        names += [target.id for target in targets if isinstance(target, ast.Name)]
    result.append(names)`
    const expected = await askPython<(string[] | null)[]>(python, code, sources)
    const { isName } = parameterLanguage('python')
    sources.forEach((source, i) => {
      if (expected[i] === null) return
      const syntax = { operators: ['='], typeMark: ':', tripleQuotes: true, transposes: false, isName }
      assert.deepEqual(
        readAssignments(source, syntax).map(({ name }) => name),
        expected[i],
        source,
      )
    })
  }).timeout(60_000)
})
