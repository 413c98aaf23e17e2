import type { Client } from '../../api/client.ts'
import type { Retraining } from '../../api/retrain_methods.ts'
import { Problem } from '../../base/problem.ts'
import { formatAge } from '../../base/quantity.ts'
import { amount, plural } from '../../data/wording.ts'
import { lossWords } from '../../monitor/candidate_words.ts'
import { periodWords } from '../../monitor/watch_words.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { formatTable, type Terminal } from './terminal.ts'

/** Options of `daybook retrain`. */
export interface RetrainOptions {
  days: number
  onWindow?: string
  candidate?: string[]
  alert?: number
  shadow?: boolean
  list?: boolean
  place?: string | true
  id?: number
}

/** `daybook retrain NAME`: candidates for the next champion, trained and compared; or one of former times. */
export function retrainCommand(
  context: CommandContext,
  name: string,
  options: RetrainOptions,
): Promise<number> {
  return withClient(context, async (client) => {
    const { terminal } = context
    if (options.list === true) {
      print(context, await client.call('retrain.list', { name }), showList)
      return 0
    }
    if (options.place !== undefined || options.id !== undefined) {
      const last = options.id ?? (await client.call('retrain.list', { name, limit: 1 }))[0]?.id
      if (last === undefined) throw new Problem('not_found', `Nothing was trained again for "${name}"`)
      const candidate = options.place === true ? null : (options.place ?? null)
      const shown =
        options.place === undefined
          ? await client.call('retrain.get', { id: last })
          : await client.call('retrain.place', { id: last, candidate })
      print(context, shown, () => showRetraining(terminal, shown))
      return 0
    }
    const [from = null, to = null] = spanOf(options.onWindow)
    const begun = await client.call('retrain.start', {
      name,
      days: options.days,
      from,
      to,
      candidates: options.candidate ?? [],
      alert: options.alert ?? null,
      shadow: options.shadow ?? false,
    })
    const done = await follow(client, begun, (says) => terminal.progress(says))
    terminal.progress('')
    print(context, done, () => showRetraining(terminal, done))
    return done.state === 'failed' ? 1 : 0
  })
}

/** Candidates beside the champion, the sentence first. */
export function showRetraining(terminal: Terminal, retraining: Retraining): string {
  const { comparison, failure, champion, judgedOn, candidates, notebook, id, because, deployment } =
    retraining
  const title = comparison?.says ?? failure ?? `It is ${retraining.state}.`
  const kind = comparison?.kind ?? 'number'
  const loss = (value: number | null | undefined): string => (value == null ? '' : lossWords(value, kind))
  const rows = [
    [
      'champion',
      loss(comparison?.champion.loss),
      '',
      loss(champion.heldOut),
      champion.run?.slice(0, 8) ?? '',
    ],
    ...candidates.map(({ name, state, run, heldOut, failure: why }) => {
      const result = comparison?.candidates.find((one) => one.name === name)
      const gain =
        result === undefined
          ? state === 'failed'
            ? `failed: ${why ?? ''}`
            : state
          : `${result.helps ? 'better by' : result.gain > 0 ? 'hardly better,' : 'worse by'} ${lossWords(Math.abs(result.gain), kind)}${result.interval === null ? '' : ` (${lossWords(result.interval.low, kind)} to ${lossWords(result.interval.high, kind)})`}`
      return [name, loss(result?.loss), gain, loss(heldOut), run?.slice(0, 8) ?? '']
    }),
  ]
  const lines = [
    terminal.style('bold', title),
    terminal.style(
      'dim',
      `retraining ${id} of ${deployment} (${because}): ${notebook}, judged on ${periodWords(judgedOn)}, ${plural(judgedOn.rows, 'labelled row')}`,
    ),
    '',
    formatTable(
      ['', 'THESE DAYS', 'AGAINST THE CHAMPION', 'FORMER TEST ROWS', 'RUN'].map((name) => ({
        title: name,
        maxWidth: 90,
      })),
      rows,
    ),
  ]
  if (retraining.shadow !== null)
    lines.push(
      '',
      `${comparison?.best ?? 'The candidate'} stands beside the champion as revision ${retraining.shadow}: "daybook shadow ${deployment}" compares them, "daybook promote ${deployment} --reason …" promotes it.`,
    )
  else if (comparison?.best != null)
    lines.push(
      '',
      `"daybook retrain ${deployment} --place" puts ${comparison.best} beside the champion as shadow.`,
    )
  return lines.join('\n')
}

async function follow(client: Client, begun: Retraining, tell: (says: string) => void): Promise<Retraining> {
  let retraining = begun
  while (retraining.state !== 'judged' && retraining.state !== 'failed') {
    const training = retraining.candidates.filter(({ state }) => state === 'training')
    const done = retraining.candidates.filter(({ state }) => state === 'trained' || state === 'failed').length
    tell(
      retraining.state === 'judging'
        ? 'comparing them on the same days'
        : retraining.state === 'placing'
          ? 'putting the best beside the champion'
          : `${done} of ${retraining.candidates.length} trained${training.length === 0 ? '' : `, training: ${training.map(({ name }) => name).join(', ')}`}`,
    )
    await new Promise((resolve) => setTimeout(resolve, 250))
    retraining = await client.call('retrain.get', { id: begun.id })
  }
  return retraining
}

/** `2012-04-01..2012-04-30`. @throws Problem for anything else */
function spanOf(text: string | undefined): string[] {
  if (text === undefined) return []
  const parts = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/.exec(text)
  if (parts === null)
    throw new Problem(
      'bad_request',
      `--on-window takes two days such as 2012-04-01..2012-04-30, not "${text}"`,
    )
  return parts.slice(1, 3)
}

function showList(list: readonly Retraining[]): string {
  if (list.length === 0) return 'Nothing was trained again yet.'
  const rows = list.map(({ id, startedMs, state, because, candidates, comparison, failure }) => [
    String(id),
    formatAge(Date.now() - startedMs),
    state,
    because,
    amount(candidates.length),
    comparison?.says ?? failure ?? '',
  ])
  const titles = ['', 'AGE', 'STATE', 'BECAUSE', 'CANDIDATES', 'WHAT CAME OF IT']
  return formatTable(
    titles.map((title) => ({ title, maxWidth: title === titles.at(-1) ? 110 : 30 })),
    rows,
  )
}
