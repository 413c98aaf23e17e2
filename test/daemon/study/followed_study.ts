import type { StudySummary } from '../../../shared/api/study_methods.ts'
import type { DaemonProject } from '../project.ts'

/** How a study stands, asked on a line of its own: the daemon of the last one may have been killed. */
export async function askSummary(project: DaemonProject, id: string): Promise<StudySummary> {
  const client = await project.client()
  try {
    return await client.call('studies.get', { id })
  } finally {
    client.close()
  }
}
