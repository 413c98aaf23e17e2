import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunSummary } from '../../shared/api/run_methods.ts'
import type { DaemonProject } from '../daemon/project.ts'

const examples = join(import.meta.dirname, '..', '..', 'examples')

/**
 * A model of 2011 in the weeks of 2012, as a person lets it come to that in a terminal: deployed, asked, found to be
 * off by an alert, trained again in three ways, the best of which stands beside it as shadow and has heard two weeks.
 */
export async function tellBikesStory(project: DaemonProject): Promise<void> {
  for (const name of ['bikes.ipynb', 'bike_hour.csv'])
    copyFileSync(join(examples, name), join(project.root, name))
  await project.json(['run', 'bikes.ipynb'])
  const { runs } = await project.json<{ runs: RunSummary[] }>(['runs', '--nested', '--limit', '50'])
  const run = runs.find(({ tags }) => tags['daybook.target'] === 'cnt')
  await project.json(['deploy', run?.id ?? '', '--name', 'bikes'])
  const replay = (from: string, until: string, ...more: string[]): Promise<unknown> =>
    project.json([
      ...['replay', 'bike_hour.csv', '--to', 'bikes', '--label', 'cnt', '--pace', '0'],
      ...['--from', from, '--until', until, ...more],
    ])
  await replay('2012-01-01', '2012-02-11', '--until-alert')
  await replay('2012-04-01', '2012-04-30')
  await project.json([
    'retrain',
    'bikes',
    '--on-window',
    '2012-04-01..2012-04-30',
    '--alert',
    '1',
    '--shadow',
  ])
  await replay('2012-05-01', '2012-05-14')
}
