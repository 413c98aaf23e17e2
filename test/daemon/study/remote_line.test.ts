import assert from 'node:assert/strict'
import type { RunningWorker, WorkerHost } from '../../../shared/daemon/remote/worker_host.ts'
import { RemoteLine } from '../../../shared/daemon/study/remote_line.ts'
import type { StudyParts } from '../../../shared/daemon/study/study_parts.ts'
import type { HostedStudy } from '../../../shared/daemon/study/trial_line.ts'

describe('RemoteLine', () => {
  /** A place with two workers; those of an earlier daemon are found when `found` is told. */
  function makePlace(): { line: RemoteLine; found: () => void; done: string[] } {
    const done: string[] = []
    const looked = Promise.withResolvers<undefined>()
    const worker = (id: string): RunningWorker => ({
      id,
      onEnd: () => undefined,
      stop: async () => void done.push(`stop ${id}`),
      close: () => void done.push(`close ${id}`),
    })
    const host: WorkerHost = {
      ...{ name: 'box:8888', describes: 'a box', workers: 2, oneEach: false, asks: '' },
      start: async () => worker('fresh'),
      adopt: async (id) => {
        done.push(`look for ${id}`)
        await looked.promise
        return worker(id)
      },
      close: () => void done.push('close the place'),
    }
    const kept = ['1', '2'].map((id) => ({ host: host.name, machine: '', id, capability: id, slots: 1 }))
    const study = {
      record: { settings: {}, progress: { parallel: 1, workers: kept, mode: null }, notebook: 'n.ipynb' },
      ...{ isOver: false, changed: () => undefined, pump: () => undefined, note: () => undefined },
      reconcile: () => undefined,
    } as unknown as HostedStudy
    const parts = {
      clock: { nowMs: () => 0 },
      openHosts: () => [host],
      pathOf: (id: string) => `/k/${id}`,
    } as unknown as StudyParts
    return { line: new RemoteLine(parts, study), found: () => looked.resolve(undefined), done }
  }

  it('lets go of a worker that is found after the daemon has ended, and looks for no other', async () => {
    const { line, found, done } = makePlace()
    const opening = line.open()
    await line.close()
    found()
    await opening
    assert.deepEqual(done, ['look for 1', 'close 1'])
  })
})
