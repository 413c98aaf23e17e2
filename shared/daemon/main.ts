import { join } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { takeLock } from '../base/lock.ts'
import { openLog } from '../base/log.ts'
import { openState } from '../base/project.ts'
import { startDaemon } from './daemon.ts'

const root = process.argv[2]
if (root === undefined) throw new Error('Give the project folder')
const paths = openState(root)
const log = openLog(join(paths.logs, 'daemon.log'), systemClock)

// Whoever comes second leaves at once: the first one serves both.
const lock = takeLock(join(paths.dir, 'daemon.lock'))
if (lock === null) process.exit(0)

process.on('uncaughtException', (error) => {
  log(`ended by a defect: ${String(error.stack)}`)
  process.exit(1)
})
process.on('unhandledRejection', (error) =>
  log(`defect: ${String(error instanceof Error ? error.stack : error)}`),
)

const daemon = await startDaemon({ paths, log, clock: systemClock })
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => daemon.stop())
await daemon.ended
lock.release()
process.exit(0)
