import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { openState } from '../shared/base/project.ts'
import { readDaemonFile } from '../shared/daemon/discovery.ts'
import { searchRuns, type RunSearch } from '../shared/runs/search.ts'
import { openStore } from '../shared/store/store.ts'
import { median, type BenchRow } from './bench.ts'
import { memoryMb } from './mlflow_server.ts'
import { chosenSize, fillOurs, fillPeer, type Size } from './search_data.ts'

const root = join(import.meta.dirname, '..')
const python = join(root, process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python')

const turns = 20
/** The first ones warm both sides up, which have been asked many times in a day of work. */
const warmUp = 12

/** A search that is measured. */
interface Question {
  what: string
  search: { filter: string; orderBy: string[]; maxResults: number }
  /** Which page of the search. */
  page?: number
  aim?: string
  /** Largest ratio of ours to the peer's that reaches the aim. */
  ratio?: number
}

/**
 * Searches over 20,000 runs beside MLflow's database store, in this process and in Python: no HTTP on either side. The peer's database
 * has statistics, which no server of MLflow gathers: without them its sorting by a metric takes seconds.
 * The peer of the metric filter was published as 92 ms, and 35 ms for a port of MLflow to Rust: hence its aim.
 */
export async function bench(): Promise<readonly BenchRow[]> {
  const size = chosenSize()
  const folder = mkdtempSync(join(tmpdir(), 'daybook-search-'))
  const file = join(folder, 'daybook.db')
  fill(file, size)
  const peer = await startPeer(join(folder, 'mlflow.db'), size)
  const memoryMb = await measureMemory(file)
  const rows: BenchRow[] = []
  const store = openStore(file, { readOnly: true })
  const total = 4 * size.points + 6
  const over = `${thousands(size.runs)} runs, ${thousands(size.runs * total)} metric rows`
  for (const question of questions) {
    const ours: number[] = []
    const theirs: number[] = []
    const { page = 0, search } = question
    let tokens: [string | null, string | null] = ['', null]
    for (let i = 0; i < page; i++) tokens = await nextTokens(tokens, search)
    for (let turn = 0; turn < turns; turn++) {
      const started = performance.now()
      const found = searchRuns(store, { experimentIds: ['0'], ...search, pageToken: tokens[0] ?? '' })
      ours.push(performance.now() - started)
      const answer = await peer.ask({ ...search, pageToken: tokens[1] })
      theirs.push(answer.ms)
      const ids = found.runs.map((run) => run.id)
      if (JSON.stringify(ids) !== JSON.stringify(answer.runs))
        throw new Error(`Not the same runs: ${question.what}`)
    }
    const [mine, others] = [median(ours.slice(warmUp)), median(theirs.slice(warmUp))]
    rows.push({
      what: `${question.what} (${over})`,
      ours: { value: mine, unit: 'ms' },
      peer: { name: 'mlflow SqlAlchemyStore', value: others, unit: 'ms' },
      ...(question.aim === undefined ? {} : { aim: question.aim }),
      ...(question.ratio === undefined ? {} : { reached: mine <= others * question.ratio }),
    })
  }
  const { rssMb } = await peer.ask({ filter: '', orderBy: [], maxResults: 50, pageToken: null })
  rows.push({
    what: `memory of a process that answered these searches (${over})`,
    ours: { value: memoryMb, unit: 'MB' },
    peer: { name: 'mlflow SqlAlchemyStore', value: rssMb, unit: 'MB' },
    aim: 'under 150 MB',
    reached: memoryMb < 150,
  })
  peer.end()
  store.close()
  const daemonMb = await daemonMemoryMb(file, join(folder, 'project'))
  rows.push({
    what: `memory of the daemon with this store, after three searches (${over})`,
    ours: { value: daemonMb, unit: 'MB' },
    aim: 'under 150 MB',
    reached: daemonMb < 150,
  })
  return rows

  async function nextTokens(
    [mine, theirs]: [string | null, string | null],
    search: Question['search'],
  ): Promise<[string | null, string | null]> {
    const ours = searchRuns(store, { experimentIds: ['0'], ...search, pageToken: mine ?? '' }).nextPageToken
    return [ours, (await peer.ask({ ...search, pageToken: theirs })).token]
  }
}

/** The daemon as it is installed, on a project that holds this database. */
async function daemonMemoryMb(file: string, project: string): Promise<number> {
  mkdirSync(join(project, '.daybook'), { recursive: true })
  const paths = openState(project)
  copyFileSync(file, paths.database)
  const daybook = (...args: string[]): Promise<unknown> =>
    promisify(execFile)(process.execPath, [join(root, 'dist', 'daybook.mjs'), ...args], { cwd: project })
  try {
    await daybook('runs', '--order-by', 'metrics.m0 DESC', '--limit', '50')
    await daybook('runs', '--search', 'metrics.m1 > 0.999')
    await daybook('runs', '--search', "metrics.m1 > 0.5 AND params.p0 = 'v3'", '--order-by', 'metrics.m2')
    const daemon = readDaemonFile(paths)
    if (daemon === null) throw new Error('The daemon ended')
    return memoryMb({ url: daemon.url, pid: daemon.pid })
  } finally {
    await daybook('stop', '--all')
  }
}

const questions: readonly Question[] = [
  {
    what: 'runs/search: top 50 by a metric',
    search: { filter: '', orderBy: ['metrics.m0 DESC'], maxResults: 50 },
    aim: '50 times faster',
    ratio: 1 / 50,
  },
  {
    what: 'runs/search: first 100 with a metric filter that half of them meet',
    search: { filter: 'metrics.m1 > 0.5', orderBy: [], maxResults: 100 },
    aim: 'at most 35/92 of MLflow',
    ratio: 35 / 92,
  },
  {
    what: 'runs/search: a metric filter that 1 in 1000 meets',
    search: { filter: 'metrics.m1 > 0.999', orderBy: [], maxResults: 100 },
    aim: 'at most 35/92 of MLflow',
    ratio: 35 / 92,
  },
  {
    what: 'runs/search: metric and parameter filter, by another metric',
    search: { filter: "metrics.m1 > 0.5 AND params.p0 = 'v3'", orderBy: ['metrics.m2'], maxResults: 50 },
  },
  {
    what: 'runs/search: tenth page of 100, newest first',
    search: { filter: '', orderBy: [], maxResults: 100 },
    page: 10,
  },
  {
    what: 'runs/search: 1000 runs with all they logged',
    search: { filter: '', orderBy: ['metrics.m0'], maxResults: 1000 },
  },
]

function fill(file: string, size: Size): void {
  const store = openStore(file)
  const values = { runs: size.runs, points: size.points }
  store.transaction(() => {
    for (const text of fillOurs) {
      const statement = store.database.prepare(text)
      statement.setAllowUnknownNamedParameters(true)
      statement.run(values)
    }
  })
  store.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  store.close()
}

interface Answer {
  ms: number
  runs: string[]
  token: string | null
  rssMb: number
}

async function startPeer(
  file: string,
  size: Size,
): Promise<{ ask(search: Question['search'] & { pageToken: string | null }): Promise<Answer>; end(): void }> {
  const script = join(import.meta.dirname, 'search_peer.py')
  const child = spawn(python, [script, file, String(size.runs), String(size.points)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines: AsyncIterator<string> = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const line = await lines.next()
    if (line.done === true) throw new Error("Cannot measure MLflow's store: Python ended")
    return JSON.parse(line.value)
  }
  child.stdin.write(`${fillPeer.join(';').replaceAll('\n', ' ')}\n`)
  await next()
  return {
    ask: async (search) => {
      child.stdin.write(`${JSON.stringify(search)}\n`)
      return (await next()) as Answer
    },
    end: () => child.stdin.end(),
  }
}

/** Another process that only opens the store and searches; gives its memory in MB. */
async function measureMemory(file: string): Promise<number> {
  const searches = questions.map(({ search }): RunSearch => ({ experimentIds: ['0'], ...search }))
  const code = `
    import { openStore } from ${JSON.stringify(join(root, 'shared/store/store.ts'))}
    import { searchRuns } from ${JSON.stringify(join(root, 'shared/runs/search.ts'))}
    const store = openStore(${JSON.stringify(file)})
    for (let i = 0; i < 5; i++) for (const search of ${JSON.stringify(searches)}) searchRuns(store, search)
    console.log(process.memoryUsage.rss() / 2 ** 20)`
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let told = ''
  child.stdout.on('data', (text: Buffer) => (told += text.toString()))
  await once(child, 'close')
  return Number(told)
}

function thousands(count: number): string {
  return count.toLocaleString('en-US')
}
