import { relative } from 'node:path'
import type { Handlers } from '../../api/contract.ts'
import { Problem } from '../../base/problem.ts'
import { compareShadow } from '../../monitor/compare_shadow.ts'
import { askMonitor } from '../../monitor/monitor_process.ts'
import type { ShadowRecord } from '../../monitor/shadow_record.ts'
import { findModel } from '../deployments/model_reference.ts'
import { checkGate, type GateParts } from '../gate.ts'
import type { Retrainer } from '../retrain.ts'
import { scoreTable } from '../scoring.ts'

/** What the handlers about retraining and the gate need. */
export interface RetrainHandlerParts {
  retrainer: Retrainer
  gate: GateParts
  pythonFolder: string
  projectPython: () => Promise<string>
}

type RetrainHandlers = Pick<
  Handlers,
  'retrain.start' | 'retrain.get' | 'retrain.list' | 'retrain.place' | 'gate.check' | 'shadow.replay'
>

/** Answers about training again, the gate and models compared on a table. */
export function retrainHandlers(parts: RetrainHandlerParts): RetrainHandlers {
  const { retrainer, gate, pythonFolder, projectPython } = parts
  return {
    'retrain.start': (wanted) => retrainer.start(wanted),
    'retrain.get': ({ id }) => retrainer.get(id),
    'retrain.list': (wanted) => retrainer.list(wanted),
    'retrain.place': ({ id, candidate }) => retrainer.place(id, candidate),
    'gate.check': ({ name, revision }) => checkGate(gate, name, revision),
    'shadow.replay': async ({ path, on, against, label }) => {
      const { store, artifactsDir, root } = gate
      const models = [against, on].map((name) => findModel({ store, artifactsDir, root }, name))
      const python = models.find((model) => model.python !== null)?.python ?? (await projectPython())
      const rows = await askMonitor<'table'>({ kind: 'table', path, label })
      const folders = models.map(({ folder }) => folder)
      const said = await scoreTable(rows, folders, { python, pythonFolder })
      const [champion, shadow] = said.map((answer, at) => {
        if ('values' in answer) return answer.values
        throw new Problem(
          'bad_request',
          `${at === 0 ? against : on} cannot answer the rows of ${relative(root, path)}: ${answer.error}`,
        )
      })
      const answer = (value: string | number | null | undefined): ShadowRecord['champion'] => ({
        value: value ?? null,
        latencyMs: 0,
        error: null,
      })
      const records = rows.data.map((row, i): ShadowRecord => ({
        id: String(i),
        atMs: 0,
        champion: answer(champion?.[i]),
        shadow: answer(shadow?.[i]),
        label: rows.labels?.[i] ?? null,
        inputs: Object.fromEntries(rows.columns.map((name, at) => [name, row[at] ?? null])),
      }))
      const classes = [...(champion ?? []), ...(shadow ?? [])].some((value) => typeof value === 'string')
      const two = new Set(champion).size <= 2
      return compareShadow(records, classes || two ? 'class' : 'number')
    },
  }
}
