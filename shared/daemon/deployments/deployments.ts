import { join } from 'node:path'
import type {
  BatchModel,
  Deployed,
  DeploymentDetail,
  DeploymentSummary,
  DeployStep,
  ExportedDeployment,
} from '../../api/deployment_methods.ts'
import { version } from '../../api/version.ts'
import type { Clock } from '../../base/clock.ts'
import { ulid } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import type { StatePaths } from '../../base/project.ts'
import { readModelPackage } from '../../models/model_package.ts'
import { checkDeploymentName, deploymentFiles } from '../../serving/deployment_files.ts'
import { listDeploymentRecords, readDeploymentRecord } from '../../serving/deployment_record.ts'
import type { Placing } from '../../serving/deployment_request.ts'
import type { DeploymentStanding } from '../../serving/gateway_admin.ts'
import {
  askDeployment,
  ensureGateway,
  findGateway,
  gatewayState,
  orderGateway,
} from '../../serving/gateway_client.ts'
import {
  checkCertificate,
  openGatewaySettings,
  readGatewayFile,
  writeGatewaySettings,
  type GatewayFile,
  type GatewaySettings,
} from '../../serving/gateway_file.ts'
import type { DeploymentRecord, RevisionSpec, ServingSettings } from '../../serving/revision_spec.ts'
import type { Store } from '../../store/store.ts'
import type { AuditTrail } from '../audit.ts'
import { exportDeployment } from '../export/deployment_export.ts'
import { pythonFolder, type Kernels } from '../kernels.ts'
import type { TopicBoard } from '../topics.ts'
import { findBatchModel, type WantedBatch } from './batch.ts'
import { curlText, pythonText } from './client_texts.ts'
import { findModel, type FoundModel } from './model_reference.ts'
import { checkPackage, copyPackage, refuseMissing, refuseUntrusted } from './package_files.ts'
import { packageNotes } from './package_notes.ts'
import { convertToOnnx } from './onnx_conversion.ts'
import { exampleOf, resting, summarize } from './deployment_summary.ts'
import { markChampion, registerModel } from './registration.ts'

/** What deployments need of the daemon. */
export interface DeploymentsParts {
  paths: StatePaths
  store: Store
  clock: Clock
  audit: AuditTrail
  kernels: Kernels
  topics: TopicBoard
}

/** What is to be deployed, as a caller asks for it. */
export interface WantedDeployment {
  model: string
  name: string | null
  place: Placing
  python: string | null
  trust: boolean
  /** Answer by ONNX, where scikit-learn's model converts and both say the same. */
  onnx: boolean
  settings: Partial<ServingSettings>
}

/** What is known of a model before it is a revision. */
export type Candidate = Pick<RevisionSpec, 'runId' | 'folder' | 'modelUri'>

/** Whether a model may take the champion's place: says why it may. @throws Problem if it may not */
export type Admit = (record: DeploymentRecord, candidate: Candidate) => Promise<string>

/** Models that answer: finds and checks them, and orders the gateway, which serves them without us. */
export class Deployments {
  readonly #parts: DeploymentsParts
  readonly #progress = new Map<string, DeployStep[]>()
  #known = ''

  constructor(parts: DeploymentsParts) {
    this.#parts = parts
  }

  /** Whether a gateway runs: there is somebody to be told of what it does. */
  get serving(): boolean {
    return readGatewayFile(this.#parts.paths) !== null
  }

  /** All deployments, also those that do not run. */
  async list(): Promise<DeploymentSummary[]> {
    const { gateway, standings } = await this.#look()
    return standings.map((standing) => summarize(standing, gateway, this.#progress.has(standing.record.name)))
  }

  /** @throws Problem `not_found` */
  async show(name: string): Promise<DeploymentDetail> {
    const { gateway, standings } = await this.#look()
    const progress = this.#progress.get(name) ?? []
    const standing = standings.find(({ record }) => record.name === name)
    if (standing === undefined) {
      const names = standings.map(({ record }) => record.name).join(', ')
      throw new Problem('not_found', `There is no deployment "${name}"`, {
        hint: names === '' ? '"daybook deploy RUN --name NAME" makes one.' : `There are: ${names}.`,
      })
    }
    const summary = summarize(standing, gateway, progress.length > 0)
    const { token } = await openGatewaySettings(this.#parts.paths)
    const example = exampleOf(standing.record)
    const client = { url: summary.url, token, example }
    return { summary, standing, token, example, curl: curlText(client), python: pythonText(client), progress }
  }

  /** Asks it as a client does. @throws Problem `not_found`, `conflict` while nothing serves it */
  async ask(name: string, body: string): Promise<{ status: number; text: string; tookMs: number }> {
    const { summary, token } = await this.show(name)
    const gateway = await findGateway(this.#parts.paths)
    if (gateway === null || summary.state === 'stopped') {
      throw new Problem('conflict', `"${name}" does not answer now`, { hint: 'Start it first.' })
    }
    const beganMs = performance.now()
    const answer = await askDeployment(gateway, { name, body, token })
    return { ...answer, tookMs: performance.now() - beganMs }
  }

  /**
   * Finds the model, checks what it needs, and makes it answer.
   * @param admit asked before a model takes the place of a champion
   * @throws Problem that says what is missing and what to do
   */
  async deploy(wanted: WantedDeployment, admit: Admit = refuse): Promise<Deployed> {
    const { clock, paths, store, audit } = this.#parts
    const began = clock.nowMs()
    const found = findModel({ store, artifactsDir: paths.artifacts, root: paths.root }, wanted.model)
    const name = wanted.name ?? defaultName(found)
    checkDeploymentName(name)
    if (this.#progress.has(name)) throw new Problem('conflict', `"${name}" is just being deployed`)
    const steps: DeployStep[] = []
    this.#progress.set(name, steps)
    const tell = (step: DeployStep['step'], says: string): void => {
      steps.push({ step, says, atMs: clock.nowMs() })
      this.#parts.topics.bump('deployments.changed')
    }
    try {
      tell('resolve', `${found.uri}${found.notebook === null ? '' : ` of ${found.notebook}`}`)
      const python = wanted.python ?? found.python ?? (await this.#parts.kernels.projectPython())
      const model = readModelPackage(found.folder)
      const check = await checkPackage(python, this.#program, found.folder)
      refuseMissing(check)
      if (!wanted.trust) refuseUntrusted(found, check)
      const notes = packageNotes(model, check, found.cells)
      tell(
        'check',
        `Python ${check.python} has what the model needs${notes.length === 0 ? '' : `; ${notes.length} to look at`}`,
      )
      const record = readDeploymentRecord(paths.dir, name)
      if (wanted.place.slot === 'champion' && typeof record?.champion === 'number')
        tell('gate', await admit(record, { runId: found.runId, folder: found.folder, modelUri: found.uri }))
      const folder = join(deploymentFiles(paths.dir, name).folder, 'models', ulid(clock.nowMs()))
      const checksum = await copyPackage(found.folder, folder, { store, artifactsDir: paths.artifacts })
      tell('copy', 'files copied, checksums as they were kept')
      if (wanted.onnx) {
        const { converted, says } = await convertToOnnx(python, this.#program, readModelPackage(folder))
        notes.push(
          converted ? `${says}: that answers.` : `Not converted to ONNX, scikit-learn answers: ${says}.`,
        )
        tell('convert', says)
      }
      const registered = registerModel({ store, nowMs: clock.nowMs() }, found, name)
      if (registered !== null) this.#parts.topics.bump('models.changed')
      const modelUri = registered === null ? found.uri : `models:/${registered.name}/${registered.version}`
      const gateway = await this.#gateway()
      tell('gateway', gateway.url)
      const { runId, notebook } = found
      const order = {
        kind: 'deploy' as const,
        ...{ name, place: wanted.place, settings: wanted.settings },
        spec: { modelUri, runId, notebook, folder, python, createdAtMs: clock.nowMs(), notes },
      }
      const result = await orderGateway(gateway, order, (step, says) =>
        tell(step as DeployStep['step'], says),
      )
      const { revision, example } = result as { revision: number; example: unknown }
      const { slot } = wanted.place
      audit.record({
        action: 'revision.deployed',
        subject: `deployment ${name}/${revision}`,
        details: { slot, model: modelUri, run: runId ?? undefined, checksum, python },
      })
      if (slot === 'champion') this.#markChampion(modelUri)
      const detail = await this.show(name)
      return {
        ...{ name, revision, slot, modelUri, example, notes },
        url: detail.summary.url ?? gateway.url,
        curl: detail.curl,
        steps: [...steps],
        tookMs: clock.nowMs() - began,
      }
    } finally {
      this.#progress.delete(name)
      this.#parts.topics.bump('deployments.changed')
    }
  }

  /** What is needed to ask a model about a whole table, without deploying it. */
  batch(wanted: WantedBatch): Promise<BatchModel> {
    return findBatchModel(this.#parts, wanted)
  }

  /** @throws Problem `not_found`, or what its start says */
  async promote(
    name: string,
    revision: number | null,
    reason: string,
  ): Promise<{ revision: number; tookMs: number }> {
    const began = this.#parts.clock.nowMs()
    const { record } = (await this.show(name)).standing
    const wanted = revision ?? record.shadow?.revision ?? record.canary?.revision
    if (wanted === undefined) {
      throw new Problem('bad_request', `"${name}" has neither shadow nor canary to promote`, {
        hint: 'Name a revision: --revision N.',
      })
    }
    const why = reason === '' ? `Revision ${wanted} is champion` : `Revision ${wanted} is champion: ${reason}`
    await orderGateway(await this.#gateway(), { kind: 'promote', name, revision: wanted, why })
    this.#changed('revision.promoted', { name, revision: wanted, reason, before: record.champion })
    this.#markChampion(record.revisions.find((one) => one.revision === wanted)?.modelUri ?? '')
    return { revision: wanted, tookMs: this.#parts.clock.nowMs() - began }
  }

  /** @throws Problem `not_found` if there is no former champion */
  async rollback(name: string, reason: string): Promise<{ revision: number; tookMs: number }> {
    const began = this.#parts.clock.nowMs()
    const { record } = (await this.show(name)).standing
    const why = reason === '' ? 'Rolled back' : `Rolled back: ${reason}`
    const result = await orderGateway(await this.#gateway(), { kind: 'rollback', name, why })
    const { revision } = result as { revision: number }
    this.#changed('revision.rolled_back', { name, revision, reason, before: record.champion })
    this.#markChampion(record.revisions.find((one) => one.revision === revision)?.modelUri ?? '')
    return { revision, tookMs: this.#parts.clock.nowMs() - began }
  }

  /** Puts a revision beside the champion, or takes it out of its place. */
  async place(name: string, revision: number | null, place: Placing): Promise<{ revision: number | null }> {
    await this.show(name)
    await orderGateway(await this.#gateway(), { kind: 'place', name, revision, place })
    this.#changed(`revision.${place.slot}`, { name, revision, reason: '', before: null })
    return { revision }
  }

  /** Writes a revision as a folder that runs without us. */
  async export(
    name: string,
    wanted: { revision: number | null; to: string; image: string | null },
  ): Promise<ExportedDeployment> {
    const { record } = (await this.show(name)).standing
    return exportDeployment({ ...wanted, record, pythonFolder: pythonFolder() })
  }

  /** Takes one down until somebody wants it again. */
  async stop(name: string): Promise<{ stopped: true }> {
    await this.show(name)
    await orderGateway(await this.#gateway(), { kind: 'stop', name })
    this.#changed('deployment.stopped', { name, revision: null, reason: '', before: null })
    return { stopped: true }
  }

  /** Starts the gateway with all that is wanted, or one that was stopped; other settings make it start anew. */
  async up(
    name: string | null,
    change: Partial<GatewaySettings> & { needsToken?: boolean },
  ): Promise<DeploymentSummary[]> {
    const { paths } = this.#parts
    const before = await this.#change(change)
    const gateway = await this.#gateway().catch(async (error: unknown) => {
      // What was served goes on being served as it was.
      if (before !== null) {
        writeGatewaySettings(paths, before)
        await this.#gateway().catch(() => undefined)
      }
      throw error
    })
    if (name !== null) {
      await orderGateway(gateway, { kind: 'start', name })
      this.#changed('deployment.started', { name, revision: null, reason: '', before: null })
    }
    // What loads by itself is given its time.
    for (const untilMs = Date.now() + 60_000; Date.now() < untilMs;) {
      const list = await this.list()
      if (list.every(({ state }) => state !== 'starting') || (await findGateway(paths)) === null) return list
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    return this.list()
  }

  /** Ends the gateway. */
  async down(): Promise<{ ended: boolean }> {
    const gateway = await findGateway(this.#parts.paths)
    if (gateway === null) return { ended: false }
    await orderGateway(gateway, { kind: 'end' })
    for (let i = 0; i < 400 && readGatewayFile(this.#parts.paths) !== null; i++)
      await new Promise((resolve) => setTimeout(resolve, 25))
    this.#parts.topics.bump('deployments.changed')
    return { ended: true }
  }

  /** Looks whether the gateway did something by itself, such as taking a revision back. */
  async look(): Promise<void> {
    if (!this.serving) return
    const { standings } = await this.#look()
    const known = standings
      .map(({ record, version, traffic }) =>
        [record.name, version, traffic.reduce((n, one) => n + one.requests, 0)].join(),
      )
      .join(';')
    if (known !== this.#known) this.#parts.topics.bump('deployments.changed')
    this.#known = known
  }

  /** Changes the settings. @returns those before; null if nothing changed */
  async #change({
    needsToken,
    ...change
  }: Partial<GatewaySettings> & { needsToken?: boolean }): Promise<GatewaySettings | null> {
    const { paths } = this.#parts
    const now = await openGatewaySettings(paths)
    const token = needsToken === undefined ? now.token : needsToken ? (now.token ?? ulid(Date.now())) : null
    const next: GatewaySettings = { ...now, ...withoutUndefined(change), token }
    if (JSON.stringify(next) === JSON.stringify(now)) return null
    if (next.tls !== null) checkCertificate(next.tls)
    await this.down()
    writeGatewaySettings(paths, next)
    return now
  }

  get #program(): string {
    return join(pythonFolder(), 'daybook', 'serve', 'start.py')
  }

  #gateway(): Promise<GatewayFile> {
    return ensureGateway({ paths: this.#parts.paths, version, program: this.#program })
  }

  async #look(): Promise<{ gateway: GatewayFile | null; standings: DeploymentStanding[] }> {
    const gateway = await findGateway(this.#parts.paths)
    if (gateway !== null) return { gateway, standings: await gatewayState(gateway) }
    return { gateway, standings: listDeploymentRecords(this.#parts.paths.dir).map(resting) }
  }

  #changed(
    action: string,
    what: { name: string; revision: number | null; reason: string; before: number | null },
  ): void {
    const { name, revision, reason, before } = what
    this.#parts.audit.record({
      action,
      subject: revision === null ? `deployment ${name}` : `deployment ${name}/${revision}`,
      reason,
      details: { before: before ?? undefined },
    })
    this.#parts.topics.bump('deployments.changed')
  }

  #markChampion(modelUri: string): void {
    if (markChampion(this.#parts.store, modelUri)) this.#parts.topics.bump('models.changed')
  }
}

function refuse(): never {
  throw new Problem('forbidden', 'Nothing takes the place of a champion but through the gate')
}

/** After the notebook, or the registered model. */
function defaultName({ notebook, registered }: FoundModel): string {
  const word = registered?.name ?? notebook?.replace(/^.*\//, '').replace(/\.ipynb$/, '') ?? 'model'
  const name = word
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
  return name === '' ? 'model' : name
}

function withoutUndefined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>
}
