// Plays a daemon of an earlier Daybook, as far as a newer one sees it: answers /health with an API of its own,
// and ends when it is told to. Arguments: project folder, API number, version.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { bootId, thisProcess } from '../../shared/base/process.ts'
import { openState } from '../../shared/base/project.ts'
import { writeDaemonFile } from '../../shared/daemon/discovery.ts'

const [root = '', api = '0', version = '0.0.1'] = process.argv.slice(2)
const { pid, startTime } = thisProcess()

const server = createServer((request, response) => {
  if (request.url === '/health')
    return response.end(JSON.stringify({ name: 'daybook', api: Number(api), pid }))
  if (request.url !== '/api/daemon.stop') return response.writeHead(404).end()
  response.end('{"stopping":true}')
  // Some need a while: runs are ended, files closed.
  setTimeout(() => process.exit(0), 700)
  return response
})
server.listen(0, '127.0.0.1', () => {
  writeDaemonFile(openState(root), {
    pid,
    start_time: startTime,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'a-token-of-old-times',
    version,
    api: Number(api),
    project: root,
    host: hostname(),
    boot: bootId(),
    started_ms: Date.now(),
    start: [],
  })
  console.log('ready')
})
