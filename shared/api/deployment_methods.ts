import { z } from 'zod'
import type { DeploymentStanding } from '../serving/gateway_admin.ts'
import type { RevisionSpec } from '../serving/revision_spec.ts'
import { method } from './method.ts'

/** What a deployment does: answers, comes up, cannot, or was taken down. */
export type DeploymentState = 'ready' | 'starting' | 'failed' | 'stopped' | 'down'

/** A deployment in one line. */
export interface DeploymentSummary {
  name: string
  state: DeploymentState
  /** `http://127.0.0.1:8031/income`: `/invocations` behind it answers. Null while no gateway runs. */
  url: string | null
  /** The revision that users get; null while there is none. */
  champion: RevisionSpec | null
  canary: { revision: number; weight: number } | null
  shadow: { revision: number; sample: number } | null
  /** Answers since the gateway started, all slots but the shadow. */
  requests: number
  p50Ms: number | null
  p99Ms: number | null
  /** Answers in each ten seconds of the last five minutes, the newest at the end. */
  perTenSeconds: number[]
  /** The last thing that happened. */
  says: string
}

/** One step of a deployment that comes up. */
export interface DeployStep {
  step: 'resolve' | 'check' | 'gate' | 'copy' | 'convert' | 'gateway' | 'load' | 'warm-up' | 'ready'
  says: string
  atMs: number
}

/** Everything about one deployment. */
export interface DeploymentDetail {
  summary: DeploymentSummary
  /** How it stands in the gateway; of one that does not run only the record says something. */
  standing: DeploymentStanding
  /** What a client sends as `Authorization: Bearer …`; null if nothing is asked for. */
  token: string | null
  /** Body of a request that the model can answer; null if the package brings none. */
  example: unknown
  /** The same as commands. */
  curl: string | null
  python: string | null
  /** Steps of the deployment under way; empty if there is none. */
  progress: DeployStep[]
}

/** How a deployment came up. */
export interface Deployed {
  name: string
  revision: number
  slot: 'champion' | 'canary' | 'shadow'
  modelUri: string
  url: string
  /** The answer to the example, as the first right answer. */
  example: unknown
  steps: DeployStep[]
  /** From the call to the answer. */
  tookMs: number
  /** What packaging noticed, for people. */
  notes: readonly string[]
  curl: string | null
}

/** What is needed to ask a model about a whole table. Paths are of this machine. */
export interface BatchModel {
  modelUri: string
  folder: string
  python: string
  /** Program of the model's process. */
  program: string
  /** What it learned from, as Parquet; null where its run kept nothing. */
  training: string | null
  /** Where a deployment's predictions are recorded; null for a model that is not deployed. */
  log: { folder: string; revision: number } | null
  notes: string[]
}

/** A revision as a folder that runs anywhere. */
export interface ExportedDeployment {
  folder: string
  revision: number
  modelUri: string
  /** Name of the image that the files speak of. */
  image: string
  /** What the model needs, pinned. */
  packages: string[]
}

const name = z.string().min(1).max(63)
const slot = z.enum(['champion', 'canary', 'shadow'])
const share = z.number().min(0).max(1)

/** How a deployment answers; what is not given stays as it is. */
const settings = z.object({
  workers: z.number().int().min(1).max(64).optional(),
  memoryBytes: z.number().int().positive().optional(),
  latencyGoalMs: z.number().positive().optional(),
  maxWaitMs: z.number().positive().optional(),
  logShare: share.optional(),
  keepLoadedMs: z.number().nonnegative().optional(),
})

/** Models that answer requests. */
export const deploymentMethods = {
  'deployments.list': method(z.object({}))<DeploymentSummary[]>(),
  'deployments.show': method(z.object({ name }))<DeploymentDetail>(),
  /**
   * Makes a model answer: a run (its id or the first digits), `models:/NAME/VERSION`, `models:/NAME@ALIAS`, or a
   * folder. Answers when the first request can; the steps are told under `deployments.show` meanwhile.
   */
  'deployments.deploy': method(
    z.object({
      model: z.string().min(1),
      name: name.nullable().default(null),
      slot: slot.default('champion'),
      /** Share of the requests for a canary (default 0.1) or a shadow (default 1). */
      share: share.optional(),
      /** Interpreter; null: the one that made the run. */
      python: z.string().nullable().default(null),
      /** Loads a pickle although nobody knows where it comes from. */
      trust: z.boolean().default(false),
      /** Answer by ONNX where scikit-learn's model converts and both say the same. */
      onnx: z.boolean().default(false),
      /** Takes the champion's place although the gate is closed; asks for a reason. */
      override: z.boolean().default(false),
      reason: z.string().default(''),
      settings: settings.default({}),
    }),
  )<Deployed>(),
  /** Asks it as a client does, with a body in one of the forms that MLflow's scoring takes. */
  'deployments.ask': method(z.object({ name, body: z.string().max(10_000_000) }))<{
    status: number
    /** The answer as it came: JSON, also of an error. */
    text: string
    tookMs: number
  }>(),
  /** Finds a model (or a deployment's champion) that is to answer a table, and checks what it needs. */
  'deployments.batch': method(
    z.object({
      model: z.string().min(1),
      python: z.string().nullable().default(null),
      trust: z.boolean().default(false),
    }),
  )<BatchModel>(),
  /**
   * Writes a revision (null: the champion) as a folder (absolute) that runs without Daybook: the server, the model, its
   * packages pinned, files for Docker, compose, Kubernetes and KServe.
   */
  'deployments.export': method(
    z.object({
      name,
      to: z.string().min(1),
      revision: z.number().int().positive().nullable().default(null),
      image: z.string().min(1).nullable().default(null),
    }),
  )<ExportedDeployment>(),
  /** Makes a revision the champion: the shadow's if none is named. */
  'deployments.promote': method(
    z.object({
      name,
      revision: z.number().int().positive().nullable().default(null),
      reason: z.string().default(''),
      /** Although the gate is closed; asks for a reason. */
      override: z.boolean().default(false),
    }),
  )<{ revision: number; tookMs: number }>(),
  /** Back to the champion before. */
  'deployments.rollback': method(z.object({ name, reason: z.string().default('') }))<{
    revision: number
    tookMs: number
  }>(),
  /** Puts a revision into a place beside the champion, or (null) takes it out of there. */
  'deployments.place': method(
    z.object({
      name,
      slot: z.enum(['canary', 'shadow']),
      revision: z.number().int().positive().nullable(),
      share: share.optional(),
    }),
  )<{ revision: number | null }>(),
  'deployments.stop': method(z.object({ name }))<{ stopped: true }>(),
  /** Starts one that was stopped, or (null) all that are not; after a reboot too. `port`: another one from now on. */
  'deployments.up': method(
    z.object({
      name: name.nullable().default(null),
      port: z.number().int().min(1).max(65_535).optional(),
      bind: z.string().optional(),
      tls: z.object({ cert: z.string(), key: z.string() }).nullable().optional(),
      /** Whether clients need the token. */
      token: z.boolean().optional(),
      bodyBytes: z.number().int().positive().optional(),
      requestsPerS: z.number().positive().nullable().optional(),
    }),
  )<DeploymentSummary[]>(),
  /** Ends the gateway with all that it serves; what it served is kept. */
  'deployments.down': method(z.object({}))<{ ended: boolean }>(),
}
