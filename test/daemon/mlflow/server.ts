/**
 * The MLflow API alone, without daemon, tokens and kernels, for tests and for MLflow's own suite:
 * `node test/daemon/mlflow/server.ts --port 5001 --dir /tmp/state`. Prints its address when it listens.
 */
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../../shared/base/clock.ts'
import { createMlflowHandler } from '../../../shared/daemon/mlflow/dispatch.ts'
import type { RouteContext } from '../../../shared/daemon/mlflow/route.ts'
import { mlflowRoutes } from '../../../shared/daemon/mlflow/routes.ts'
import { openStore, type Store } from '../../../shared/store/store.ts'

/** A server in this process. */
export interface TestServer {
  /** `http://127.0.0.1:<port>`, where everything also lies below `/k/<anything>`. */
  url: string
  store: Store
  artifactsDir: string
  /** What the handler called defects of ours. */
  defects: string[]
  /** Each request as `METHOD /path` without its query. */
  requests: string[]
  /** Subjects and ids that were told to be changed by the last request. */
  changes: string[]
  close(): Promise<void>
}

/** Serves a folder's store and artifacts; the folder is made if absent. */
export async function startTestServer(dir: string, port = 0): Promise<TestServer> {
  mkdirSync(join(dir, 'artifacts'), { recursive: true })
  const store = openStore(join(dir, 'daybook.db'))
  const defects: string[] = []
  const requests: string[] = []
  const changes: string[] = []
  const context: RouteContext = {
    store,
    clock: systemClock,
    artifactsDir: join(dir, 'artifacts'),
    caller: { capability: null },
    changed: (subject, ids) => changes.push(`${subject} ${ids.join(' ')}`),
  }
  const handle = createMlflowHandler(mlflowRoutes, {
    onDefect: (error, where) => {
      defects.push(`${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    },
  })
  const server = createServer((request, response) => {
    changes.length = 0
    const path = (request.url ?? '/').replace(/^\/k\/[^/]+/, '')
    requests.push(`${request.method ?? ''} ${path.replace(/\?.*$/, '')}`)
    void handle(request, response, path, context).then((served) => {
      if (!served) response.writeHead(404).end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store,
    artifactsDir: context.artifactsDir,
    defects,
    requests,
    changes,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      store.close()
    },
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, dir: { type: 'string' } } })
  if (values.dir === undefined) throw new Error('Usage: server.ts --dir FOLDER [--port N]')
  const server = await startTestServer(values.dir, Number(values.port ?? 0))
  process.stdout.write(`${server.url}\n`)
  const report = setInterval(() => {
    for (const defect of server.defects.splice(0)) process.stderr.write(`${defect}\n`)
  }, 200)
  process.once('SIGTERM', () => {
    clearInterval(report)
    void server.close()
  })
}
