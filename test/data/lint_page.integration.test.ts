import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as prettier from 'prettier'
import { findingsPart, reportsOf, rulesPart, tablePart, withPart } from './lint_page.ts'
import { realData } from './real_data.ts'

const path = fileURLToPath(new URL('../../docs/data-lint.md', import.meta.url))

describe('docs/data-lint.md', function () {
  this.timeout(180_000)

  const formatted = (text: string): Promise<string> =>
    prettier.format(text, { parser: 'markdown', printWidth: 110 })
  /** With DAYBOOK_WRITE_DOCS=1 the page is written anew; else it must be as it would be. */
  const keep = async (parts: Record<string, string>): Promise<void> => {
    const page = readFileSync(path, 'utf8')
    let text = page
    for (const [name, part] of Object.entries(parts)) text = withPart(text, name, part)
    text = await formatted(text)
    if (process.env['DAYBOOK_WRITE_DOCS'] === '1') writeFileSync(path, text)
    else
      assert.equal(
        text,
        page,
        'DAYBOOK_WRITE_DOCS=1 npx mocha test/data/lint_page.integration.test.ts writes it',
      )
  }

  it('lists every rule with its thresholds, reason and source', async () => {
    await keep({ rules: rulesPart() })
  })
  it('says what is found in each of the real data sets, and by which rule', async function () {
    const folder = dirname(realData(this, 'tabular/penguins.csv'))
    const reports = await reportsOf(folder)
    await keep({ findings: findingsPart(reports), 'rule by data set': tablePart(reports) })
  })
})
