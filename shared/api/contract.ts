import type { z } from 'zod'
import { alertMethods } from './alert_methods.ts'
import { auditMethods } from './audit_methods.ts'
import { cellMethods } from './cell_methods.ts'
import { commMethods } from './comm_methods.ts'
import { deploymentMethods } from './deployment_methods.ts'
import { daemonMethods } from './daemon_methods.ts'
import { dataMethods } from './data_methods.ts'
import { followedMethods } from './followed_methods.ts'
import { kernelMethods } from './kernel_methods.ts'
import { monitorMethods } from './monitor_methods.ts'
import { notebookMethods } from './notebook_methods.ts'
import { retrainMethods } from './retrain_methods.ts'
import { runMethods } from './run_methods.ts'
import { trackingMethods } from './tracking_methods.ts'
import { runPageMethods } from './run_page_methods.ts'
import { tableMethods } from './table_methods.ts'
import { studyMethods } from './study_methods.ts'
import { studyPageMethods } from './study_page_methods.ts'
import { transferMethods } from './transfer_methods.ts'

/** Everything an editor, a view or the command line can ask of the daemon. */
export const methods = {
  ...alertMethods,
  ...auditMethods,
  ...cellMethods,
  ...commMethods,
  ...deploymentMethods,
  ...daemonMethods,
  ...dataMethods,
  ...followedMethods,
  ...kernelMethods,
  ...monitorMethods,
  ...notebookMethods,
  ...retrainMethods,
  ...runMethods,
  ...trackingMethods,
  ...runPageMethods,
  ...tableMethods,
  ...studyMethods,
  ...studyPageMethods,
  ...transferMethods,
}

/** Grows by one when something is taken away or changes its meaning; a client talks to the same number only. */
export const apiVersion = 1

type All = typeof methods

/** Name of a method: `runs.search`. */
export type MethodName = keyof All
/** What a caller gives. */
export type ParamsOf<M extends MethodName> = z.input<All[M]['params']>
/** What a handler gets: parsed, with defaults filled in. */
export type ParsedOf<M extends MethodName> = z.output<All[M]['params']>
/** What comes back. */
export type ResultOf<M extends MethodName> = NonNullable<All[M]['result']>

/** A server's side of the contract. A missing handler does not compile. */
export type Handlers = { [M in MethodName]: (params: ParsedOf<M>) => ResultOf<M> | Promise<ResultOf<M>> }
