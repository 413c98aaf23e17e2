import { html, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { RunDetail } from '../api/run_methods.ts'
import { formatBytes, formatDuration } from '../base/quantity.ts'
import { showChanges } from './run_code.ts'
import { pairs } from './run_overview.ts'

/** What is known of where a run ran. */
export interface Surroundings {
  run: RunDetail
  client: Client
  /** Undefined until it was read. */
  environment: Record<string, unknown> | null | undefined
  diff: string | null | undefined
}

/** Machine, packages and git around a run. */
export function runSurroundings({ run, client, environment, diff }: Surroundings): TemplateResult {
  return html`${machine(run, client)} ${git(run, diff)}
  ${
    environment === undefined
      ? html`<p class="muted">Loading…</p>`
      : environment === null
        ? html`<section>
            <h2>Packages</h2>
            <p class="muted">
              They are noted when a run ends, for code that runs in a kernel or under "daybook exec".
            </p>
          </section>`
        : packages(environment)
  }`
}

function machine(run: RunDetail, client: Client): TemplateResult | typeof nothing {
  const keys = Object.keys(run.metrics).filter((key) => key.startsWith('system/'))
  const cost = Object.entries(run.tags).filter(([key]) => /^daybook\.(cpu|peak|gpu|cost|memory)/.test(key))
  if (keys.length === 0 && cost.length === 0) return nothing
  const names = new Map([[run.id, run.name]])
  return html`<section>
    <h2>Machine</h2>
    ${cost.length === 0 ? nothing : pairs(cost.map(([key, value]) => [key.replace('daybook.', ''), inUnits(key, value)]))}
    ${
      keys.length === 0
        ? nothing
        : html`<daybook-curves
            .client=${client}
            .ids=${[run.id]}
            .names=${names}
            .keys=${keys}
          ></daybook-curves>`
    }
  </section>`
}

function inUnits(key: string, value: string): string {
  const number = Number(value)
  if (!Number.isFinite(number)) return value
  if (key.endsWith('bytes')) return formatBytes(number)
  return key.endsWith('ms') ? formatDuration(number) : value
}

function git(run: RunDetail, diff: string | null | undefined): TemplateResult | typeof nothing {
  const commit = run.tags['mlflow.source.git.commit']
  if (commit === undefined) return nothing
  return html`<section>
    <h2>Git</h2>
    ${pairs([
      ['commit', commit],
      ['branch', run.tags['daybook.git.branch'] ?? '–'],
      ['uncommitted changes', run.tags['daybook.git.changed'] ?? '–'],
    ])}
    ${
      diff === null || diff === undefined
        ? nothing
        : html`<div class="patch">
            ${showChanges(diff.split('\n').map((line) => ({ kind: kindOfLine(line), lines: [line] })))}
          </div>`
    }
  </section>`
}

function kindOfLine(line: string): 'added' | 'removed' | 'same' {
  if (line.startsWith('+') && !line.startsWith('+++')) return 'added'
  return line.startsWith('-') && !line.startsWith('---') ? 'removed' : 'same'
}

function packages(environment: Record<string, unknown>): TemplateResult {
  const texts = Object.entries(environment).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  const all = Object.entries((environment['packages'] ?? {}) as Record<string, string>)
  return html`<section>
      <h2>Python</h2>
      ${pairs(texts)}
    </section>
    <section>
      <h2>Packages <span class="muted">${all.length}</span></h2>
      <div class="many">${pairs(all)}</div>
    </section>`
}
