import { resolve } from 'node:path'
import { print, withClient, type CommandContext } from './context.ts'
import { formatBytes } from '../../base/quantity.ts'

/** Options of `daybook export`. */
export interface ExportOptions {
  to: string
}

/** Options of `daybook import`. */
export interface ImportOptions {
  token?: string
}

/** `daybook export --all`: CSV and Parquet files and an `mlruns` folder that MLflow opens. */
export async function exportCommand(context: CommandContext, options: ExportOptions): Promise<number> {
  const folder = resolve(options.to)
  context.terminal.progress(`Writing to ${folder}…`)
  const done = await withClient(context, (client) => client.call('store.export', { folder }))
  print(context, done, ({ runs, experiments, metricRows, artifactFiles, leftOut, parquet }) =>
    [
      `${runs} runs of ${experiments} experiments, ${metricRows} metric values, ${artifactFiles} files: ${folder}`,
      `runs.csv and metrics.csv for any table${parquet.written ? ', the same with types as .parquet' : ''};` +
        ' mlruns/ for MLflow (MLFLOW_ALLOW_FILE_STORE=true opens it in version 3).',
      ...(parquet.written
        ? []
        : [context.terminal.style('yellow', `! no Parquet files: ${parquet.why ?? ''}`)]),
      ...leftOut.map((what) => context.terminal.style('yellow', `! not in mlruns/: ${what}`)),
    ].join('\n'),
  )
  return 0
}

/**
 * `daybook import SOURCE`: takes over the runs of an `mlruns` folder, an `mlflow.db` or an MLflow server; may be
 * repeated. Ends with 1 if something could not be taken over.
 */
export async function importCommand(
  context: CommandContext,
  source: string,
  options: ImportOptions,
): Promise<number> {
  const isAddress = /^[a-z]+:\/\//.test(source)
  context.terminal.progress(`Reading ${source}…`)
  const done = await withClient(context, (client) =>
    client.call('store.import', { source: isAddress ? source : resolve(source), ...options }),
  )
  print(context, done, (result) =>
    [
      `${result.what}: ${result.added} new runs, ${result.known} known ones, of ${result.experiments} experiments`,
      `${result.metricRows} metric values, ${result.artifactFiles} files (${formatBytes(result.artifactBytes)})`,
      `${result.registeredModels} registered models with ${result.modelVersions} versions, ${result.loggedModels} logged models`,
      ...result.problems.map((problem) => context.terminal.style('yellow', `! ${problem}`)),
    ].join('\n'),
  )
  return done.problems.length === 0 ? 0 : 1
}
