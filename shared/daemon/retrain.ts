import { join } from 'node:path'
import type { Retraining, RetrainedCandidate } from '../api/retrain_methods.ts'
import type { ParsedOf } from '../api/contract.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { Problem, toWireProblem } from '../base/problem.ts'
import type { StatePaths } from '../base/project.ts'
import { compareCandidates } from '../monitor/compare_candidates.ts'
import { lossOf } from '../monitor/performance.ts'
import type { LabelledRows } from '../monitor/labelled_rows.ts'
import { askMonitor } from '../monitor/monitor_process.ts'
import { readNotebook } from '../notebook/file.ts'
import { readParameters } from '../notebook/parameters.ts'
import type { Row, Store } from '../store/store.ts'
import type { AuditTrail } from './audit.ts'
import type { Deployments } from './deployments/deployments.ts'
import { findModel } from './deployments/model_reference.ts'
import { lineageOf, type Lineage } from './model_lineage.ts'
import type { Monitor } from './monitor.ts'
import type { NotebookRunner } from './notebook_runner.ts'
import { dayText, parseCandidate, suggestCandidates } from './retrain_candidates.ts'
import { scoreTable, type Scored } from './scoring.ts'

/** What training again needs. */
export interface RetrainParts {
  store: Store
  clock: Clock
  paths: StatePaths
  log: Log
  audit: AuditTrail
  monitor: Monitor
  runner: NotebookRunner
  deployments: Deployments
  pythonFolder: string
  projectPython: () => Promise<string>
  changed(): void
}

const dayMs = 86_400_000

/** So many notebooks run at a time: most of their time is spent on reading packages. */
const parallel = 3

/**
 * Trains again: the champion's notebook with newer data and in other ways, all compared on the same labelled days.
 *
 * Invariants. (1) Candidates learn from days before those they are judged on. (2) Nothing is promoted here: the best
 * may stand as shadow, a person or a rule promotes it through the gate. (3) Each step is in the store and the audit
 * log; what a daemon that died had begun is marked as failed.
 */
export class Retrainer {
  readonly #parts: RetrainParts
  #running = new Set<number>()
  #closed = false

  constructor(parts: RetrainParts) {
    this.#parts = parts
    for (const row of parts.store.all(
      "SELECT * FROM retraining WHERE state IN ('training', 'judging', 'placing')",
    ))
      this.#keep({ ...read(row), state: 'failed', failure: 'The daemon ended while it was under way' })
  }

  /** How many are under way. */
  get running(): number {
    return this.#running.size
  }

  /**
   * Begins; returns before the first notebook runs.
   * @throws Problem if there are no labels, no notebook, or no parameter that takes newer data
   */
  async start(wanted: ParsedOf<'retrain.start'>): Promise<Retraining> {
    const { store, clock, paths, monitor, audit } = this.#parts
    const files = monitor.filesOf(wanted.name)
    const rows = await this.#labelledRows(wanted)
    const lineage = lineageOf(store, paths.artifacts, rows.modelUri)
    if (lineage.notebook === null)
      throw new Problem('bad_request', `Nobody knows which notebook made ${rows.modelUri}`, {
        hint: 'Deploy a model that a notebook made under Daybook.',
      })
    const notebook = join(paths.root, lineage.notebook)
    const parameters = readParameters((await readNotebook(notebook)).document)
    const untilMs = rows.fromMs - dayMs
    const candidates =
      wanted.candidates.length === 0
        ? suggestCandidates(parameters, untilMs)
        : wanted.candidates.map((text) => parseCandidate(text, parameters, untilMs))
    const made: Omit<Retraining, 'id'> = {
      deployment: wanted.name,
      because: wanted.alert === null ? 'by hand' : `alert ${wanted.alert}`,
      state: 'training',
      startedMs: clock.nowMs(),
      endedMs: null,
      notebook: lineage.notebook,
      champion: { modelUri: rows.modelUri, run: lineage.run, heldOut: null },
      judgedOn: { fromMs: rows.fromMs, toMs: rows.toMs, rows: rows.labels.length },
      candidates: candidates.map((candidate) => ({
        ...candidate,
        state: 'waiting',
        notebookRun: null,
        run: null,
        failure: null,
        heldOut: null,
      })),
      comparison: null,
      failure: null,
      shadow: null,
    }
    const id = store.insert(
      'INSERT INTO retraining (at_ms, deployment, state, retraining) VALUES (?, ?, ?, ?)',
      clock.nowMs(),
      wanted.name,
      made.state,
      JSON.stringify(made),
    )
    const retraining = { id, ...made }
    audit.record({
      action: 'retraining.started',
      subject: `deployment ${wanted.name}`,
      details: {
        retraining: id,
        because: made.because,
        champion: rows.modelUri,
        judgedOn: `${dayText(rows.fromMs)} to ${dayText(rows.toMs - dayMs)}`,
        candidates: candidates.map(({ name }) => name),
      },
    })
    this.#parts.changed()
    void this.#work(retraining, { rows, lineage, notebook, test: lineage.test, labels: files.labels })
      .then(() => this.#finish(id, wanted.shadow))
      .catch((error: unknown) => {
        if (this.#closed) return
        const failure = toWireProblem(error).message
        this.#keep({ ...this.get(id), state: 'failed', failure, endedMs: clock.nowMs() })
      })
      .finally(() => this.#running.delete(id))
    this.#running.add(id)
    return retraining
  }

  /** @throws Problem `not_found` */
  get(id: number): Retraining {
    const row = this.#parts.store.get('SELECT * FROM retraining WHERE id = ?', id)
    if (row === undefined)
      throw new Problem('not_found', `There is no retraining ${id}`, {
        hint: '"daybook retrain --list" shows them.',
      })
    return read(row)
  }

  /** The newest first. */
  list(wanted: { name: string | null; limit: number }): Retraining[] {
    const rows = this.#parts.store.all(
      'SELECT * FROM retraining WHERE (?1 IS NULL OR deployment = ?1) ORDER BY id DESC LIMIT ?2',
      wanted.name,
      wanted.limit,
    )
    return rows.map(read)
  }

  /**
   * Puts a candidate beside the champion, where it gets a copy of each request.
   * @throws Problem if it has no model, or if none is named and none helps
   */
  async place(id: number, candidate: string | null): Promise<Retraining> {
    const { audit, deployments } = this.#parts
    const retraining = this.get(id)
    const name = candidate ?? retraining.comparison?.best ?? null
    const chosen = retraining.candidates.find((one) => one.name === name)
    if (chosen?.run == null) {
      const says = name === null ? 'No candidate helps' : `The candidate "${name}" has kept no model`
      throw new Problem('bad_request', `${says}, so none is placed as shadow`, {
        hint: `There are: ${retraining.candidates.map((one) => one.name).join(', ')}.`,
      })
    }
    const deployed = await deployments.deploy({
      model: chosen.run,
      name: retraining.deployment,
      place: { slot: 'shadow' },
      python: null,
      trust: false,
      onnx: false,
      settings: {},
    })
    audit.record({
      action: 'retraining.placed',
      subject: `deployment ${retraining.deployment}/${deployed.revision}`,
      details: { retraining: id, candidate: chosen.name, run: chosen.run, revision: deployed.revision },
    })
    return this.#keep({ ...retraining, shadow: deployed.revision })
  }

  /** Lets go of what is under way: the next daemon marks it as failed, its notebooks go on. */
  close(): void {
    this.#closed = true
  }

  async #labelledRows({ name, days, from, to }: ParsedOf<'retrain.start'>): Promise<LabelledRows> {
    const { monitor, store, paths } = this.#parts
    const files = monitor.filesOf(name)
    const modelUri = await monitor.lastModel(name)
    const training = modelUri === null ? null : lineageOf(store, paths.artifacts, modelUri).training
    const span =
      from !== null && to !== null ? { fromMs: Date.parse(from), toMs: Date.parse(to) + dayMs } : { days }
    const rows = await askMonitor<'labelled'>({ kind: 'labelled', files, training, span })
    if (rows !== null) return rows
    throw new Problem(
      'bad_request',
      `No labels are known for what ${name} answered, so nothing can be compared`,
      {
        hint: `Add some: daybook labels add ${name} FILE --label COLUMN --on COLUMNS.`,
      },
    )
  }

  async #work(
    begun: Retraining,
    on: { rows: LabelledRows; lineage: Lineage; notebook: string; test: string | null; labels: string },
  ): Promise<void> {
    const waiting = begun.candidates.map((_, index) => index)
    const next = async (): Promise<void> => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift())
        await this.#train(begun.id, index, on.notebook)
    }
    await Promise.all(Array.from({ length: parallel }, next))
    await this.#judge(begun.id, on)
  }

  async #train(id: number, index: number, notebook: string): Promise<void> {
    const { runner, store } = this.#parts
    const candidate = this.get(id).candidates[index]
    if (candidate === undefined) return
    this.#change(id, index, { state: 'training' })
    try {
      const started = await runner.start(
        { path: notebook, parameters: { ...candidate.parameters }, kernel: null, output: null },
        {
          name: candidate.name,
          tags: { 'daybook.retraining': String(id), 'daybook.candidate': candidate.name },
        },
      )
      this.#change(id, index, { notebookRun: started.runId })
      let run = started
      while (run.endedAtMs === null && !this.#closed) {
        await new Promise((resolve) => setTimeout(resolve, 200))
        run = runner.get(run.id)
      }
      if (run.state !== 'finished')
        throw new Problem('cell_failed', run.failure?.message ?? `The notebook ${run.state}`)
      this.#change(id, index, { state: 'trained', run: modelRunWithin(store, run.runId ?? '') })
    } catch (error) {
      this.#change(id, index, { state: 'failed', failure: toWireProblem(error).message.slice(0, 500) })
    }
  }

  async #judge(id: number, { rows, lineage }: { rows: LabelledRows; lineage: Lineage }): Promise<void> {
    const { audit, paths, store, pythonFolder } = this.#parts
    this.#keep({ ...this.get(id), state: 'judging' })
    const places = { store, artifactsDir: paths.artifacts, root: paths.root }
    const trained = this.get(id).candidates.filter(({ run }) => run !== null)
    const found = trained.map(({ run }) => findModel(places, run ?? ''))
    const python = found.find((model) => model.python !== null)?.python ?? (await this.#parts.projectPython())
    const folders = found.map(({ folder }) => folder)
    const said = await scoreTable(rows, folders, { python, pythonFolder })
    trained.forEach((candidate, at) => {
      const answer = said[at]
      if (answer !== undefined && 'error' in answer)
        this.#changeNamed(id, candidate.name, { state: 'failed', failure: answer.error })
    })
    await this.#judgeHeldOut(id, {
      lineage,
      kind: rows.kind,
      names: trained.map(({ name }) => name),
      folders,
      python,
    })
    const judged = trained.flatMap(({ name, sameNotebook }, at) => {
      const answer = said[at]
      return answer !== undefined && 'values' in answer
        ? [{ name, sameNotebook, answers: answer.values }]
        : []
    })
    const comparison = compareCandidates(rows, rows.champion, judged)
    const failed = this.get(id).candidates.length - judged.length
    this.#keep({ ...this.get(id), comparison })
    audit.record({
      action: 'retraining.judged',
      subject: `deployment ${this.get(id).deployment}`,
      actor: 'daybook',
      details: {
        retraining: id,
        says: comparison.says,
        best: comparison.best ?? undefined,
        failed: failed === 0 ? undefined : failed,
        losses: Object.fromEntries(comparison.candidates.map(({ name, loss }) => [name, loss])),
        champion: comparison.champion.loss,
      },
    })
  }

  /** On the rows that the champion was judged on: what candidates still know of the old world. */
  async #judgeHeldOut(
    id: number,
    on: {
      lineage: Lineage
      kind: 'class' | 'number'
      names: readonly string[]
      folders: readonly string[]
      python: string
    },
  ): Promise<void> {
    const { test, target, prediction } = on.lineage
    if (test === null) return
    const held = await askMonitor<'heldOut'>({ kind: 'heldOut', path: test, target, prediction })
    if (held === null) return
    const said = await scoreTable({ path: test }, on.folders, {
      python: on.python,
      pythonFolder: this.#parts.pythonFolder,
    })
    const mean = (values: readonly (string | number | null)[]): number =>
      held.labels.reduce<number>((sum, label, row) => {
        const value = values[row] ?? null
        return sum + (value === null || label === null ? 0 : lossOf({ value, label }, on.kind))
      }, 0) / Math.max(1, held.labels.length)
    on.names.forEach((name, at) => {
      const answer: Scored | undefined = said[at]
      if (answer !== undefined && 'values' in answer)
        this.#changeNamed(id, name, { heldOut: mean(answer.values) })
    })
    const retraining = this.get(id)
    this.#keep({ ...retraining, champion: { ...retraining.champion, heldOut: mean(held.predictions) } })
  }

  async #finish(id: number, shadow: boolean): Promise<void> {
    if (shadow && this.get(id).comparison?.best != null) {
      this.#keep({ ...this.get(id), state: 'placing' })
      await this.place(id, null)
    }
    this.#keep({ ...this.get(id), state: 'judged', endedMs: this.#parts.clock.nowMs() })
  }

  #change(id: number, index: number, change: Partial<RetrainedCandidate>): void {
    const retraining = this.get(id)
    const candidates = retraining.candidates.map((one, at) => (at === index ? { ...one, ...change } : one))
    this.#keep({ ...retraining, candidates })
  }

  #changeNamed(id: number, name: string, change: Partial<RetrainedCandidate>): void {
    this.#change(
      id,
      this.get(id).candidates.findIndex((one) => one.name === name),
      change,
    )
  }

  #keep(retraining: Retraining): Retraining {
    const { id, ...rest } = retraining
    this.#parts.store.run(
      'UPDATE retraining SET state = ?, retraining = ? WHERE id = ?',
      rest.state,
      JSON.stringify(rest),
      id,
    )
    this.#parts.changed()
    return retraining
  }
}

/** The run within a notebook's run that kept rows to be watched with, else the newest that kept a model. */
function modelRunWithin(store: Store, parent: string): string | null {
  const rows = store.all(
    `SELECT r.id, EXISTS (SELECT 1 FROM tag t JOIN key_name k ON k.id = t.key
       WHERE t.run = r.seq AND k.name = 'daybook.target') AS told
     FROM run r WHERE r.parent_id = ? AND r.deleted_ms IS NULL ORDER BY told DESC, r.seq DESC`,
    parent,
  )
  return (rows[0]?.['id'] as string | undefined) ?? null
}

function read(row: Row): Retraining {
  return {
    id: row['id'] as number,
    ...(JSON.parse(row['retraining'] as string) as Omit<Retraining, 'id'>),
  }
}
