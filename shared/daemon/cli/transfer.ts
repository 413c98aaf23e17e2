import { resolve } from 'node:path'
import { print, withClient, type CommandContext } from './context.ts'

/** Options of `daybook export`. */
export interface ExportOptions {
  to: string
}

/** `daybook export --all`: CSV files and an `mlruns` folder that MLflow opens. */
export async function exportCommand(context: CommandContext, options: ExportOptions): Promise<number> {
  const folder = resolve(options.to)
  context.terminal.progress(`Writing to ${folder}…`)
  const done = await withClient(context, (client) => client.call('store.export', { folder }))
  print(context, done, ({ runs, experiments, metricRows, artifactFiles }) =>
    [
      `${runs} runs of ${experiments} experiments, ${metricRows} metric values, ${artifactFiles} files: ${folder}`,
      'runs.csv and metrics.csv for any table; mlruns/ for MLflow.',
    ].join('\n'),
  )
  return 0
}
