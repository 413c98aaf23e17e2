import { resolve } from 'node:path'
import { ulid } from '../../base/id.ts'
import { formatNumber } from '../../base/quantity.ts'
import { dataDefaults } from '../../data/data_process.ts'
import { amount, percent, plural } from '../../data/wording.ts'
import { compareInProcess, driftSampleRows } from '../../monitor/drift_process.ts'
import type { DriftReport } from '../../monitor/drift_report.ts'
import { predictInProcess, type BatchResult } from '../../serving/batch_predict.ts'
import { withClient, type CommandContext } from './context.ts'
import { describeReport } from '../../monitor/drift_words.ts'
import { columnTable } from './drift.ts'
import { withInterrupt } from './interrupt.ts'

/** Options of `daybook predict`. */
export interface PredictOptions {
  python?: string
  trust?: boolean
  batch: number
  modelMemory: number
  memory: number
  timeLimit: number
  /** False with --no-drift. */
  drift: boolean
  /** False with --no-log. */
  log: boolean
  failOn: 'drift' | 'possible' | 'never'
}

/** Exit code when rows could not be answered, or columns changed as --fail-on says. */
const notAsWished = 3

/** `daybook predict MODEL IN OUT`: a model's answers beside a table's rows, without deploying it. */
export async function predictCommand(
  context: CommandContext,
  [model, from, to]: readonly [string, string, string],
  options: PredictOptions,
): Promise<number> {
  const { terminal, json } = context
  const path = model.startsWith('.') || model.startsWith('/') ? resolve(model) : model
  const python = options.python === undefined ? null : resolve(options.python)
  const found = await withClient(context, (client) =>
    client.call('deployments.batch', { model: path, python, trust: options.trust ?? false }),
  )
  const [input, output] = [resolve(from), resolve(to)]
  const { folder, program, modelUri, training, log } = found
  const [word, nowMs] = [ulid(Date.now()).toLowerCase(), Date.now()]
  const limits = { memoryBytes: options.memory * 1e6, threads: dataDefaults.threads }
  const beganMs = performance.now()
  const { result, drift } = await withInterrupt(async (signal) => {
    const watch = {
      timeLimitMs: options.timeLimit * 1000,
      signal,
      progress: (says: string) => terminal.progress(says),
    }
    const request = {
      ...{ input, output, folder, python: found.python, program, ...limits },
      batchRows: options.batch,
      modelBytes: options.modelMemory * 1e6,
      log: log === null || !options.log ? null : { ...log, modelUri, word, nowMs },
    }
    const result = await predictInProcess(request, watch)
    const names = new Set(result.inputs)
    const drift =
      training === null || !options.drift
        ? null
        : await compareInProcess(
            {
              ...{
                reference: training,
                current: input,
                profile: 'daybook',
                method: null,
                block: null,
                ...limits,
              },
              ...{ leaveOut: result.others },
              sampleRows: driftSampleRows,
            },
            watch,
          ).then((report) => onlyInputs(report, names))
    return { result, drift }
  })
  terminal.progress('')
  const seconds = (performance.now() - beganMs) / 1000
  const told = { model: modelUri, output, seconds, ...result, drift }
  terminal.out(json ? JSON.stringify(told, null, 2) : show(context, { ...told, to, notes: found.notes }))
  const { failOn } = options
  const changed = drift?.columns.some(
    ({ answer }) => answer === 'drift' || (failOn === 'possible' && answer === 'possible'),
  )
  return result.failed > 0 || (failOn !== 'never' && changed === true) ? notAsWished : 0
}

/** What the model was not given (its target among them) says nothing of its inputs. */
function onlyInputs(report: DriftReport, inputs: ReadonlySet<string>): DriftReport {
  const columns = report.columns.filter(({ name }) => inputs.has(name))
  const kept = {
    ...report,
    columns,
    schema: report.schema.filter(({ column }) => inputs.has(column)),
    drifted: columns.filter(({ answer }) => answer === 'drift').length,
    tested: columns.filter(({ answer }) => answer !== 'untested').length,
  }
  return { ...kept, says: describeReport(kept) }
}

interface Shown extends BatchResult {
  model: string
  seconds: number
  drift: DriftReport | null
  to: string
  notes: readonly string[]
}

function show({ terminal }: CommandContext, told: Shown): string {
  const { rows, seconds, model, to, added, answers, drift, failed, failure, recorded, notes } = told
  const pace = amount(Math.round(rows / seconds))
  const lines = [
    `${terminal.style('bold', plural(rows, 'row'))} answered by ${model} in ${seconds.toFixed(1)} s (${pace} rows a second): ${to}`,
    `added: ${added.join(', ')}`,
  ]
  if (answers?.kind === 'number')
    lines.push(
      `answers: ${formatNumber(answers.mean)} on average, ${formatNumber(answers.least)} to ${formatNumber(answers.most)}`,
    )
  if (answers?.kind === 'class')
    lines.push(`answers: ${answers.shares.map(([label, share]) => `${label} ${percent(share)}`).join(', ')}`)
  if (recorded > 0) lines.push(`${plural(recorded, 'row')} recorded in the deployment's prediction log`)
  if (failed > 0) lines.push(terminal.style('red', `${plural(failed, 'row')} not answered: ${failure ?? ''}`))
  for (const note of notes) lines.push(terminal.style('yellow', `! ${note}`))
  if (drift === null) return lines.join('\n')
  const head = `Against what it learned from: ${drift.says}`
  return [...lines, '', terminal.style('bold', head), columnTable(terminal, drift)].join('\n')
}
