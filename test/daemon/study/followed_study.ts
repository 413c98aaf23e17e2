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

/** Waits until it holds. @throws Error when it did not after `patienceMs` */
export async function until(holds: () => Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const deadlineMs = Date.now() + patienceMs
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`It did not come about in ${patienceMs / 1000} seconds`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
