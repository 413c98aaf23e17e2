import type { ServerResponse } from 'node:http'
import type { Route } from './route.ts'

/** The MLflow version whose API is served; clients decide by it what they may ask. */
export const mlflowVersion = '3.18.0'

/** What a client asks before anything else: is somebody there, which version, what can it do. */
export const serverInfoRoutes: readonly Route[] = [
  {
    kind: 'stream',
    method: 'GET',
    path: '/health',
    handle: async (_context, _request, response) => sendText(response, 'OK'),
  },
  {
    kind: 'stream',
    method: 'GET',
    path: '/version',
    handle: async (_context, _request, response) => sendText(response, mlflowVersion),
  },
  {
    kind: 'json',
    method: 'GET',
    path: 'server-info',
    major: 3,
    handle: () => ({
      store_type: 'SqlStore',
      workspaces_enabled: false,
      trace_archival_enabled: false,
      multipart_uploads_enabled: false,
      multipart_downloads_enabled: false,
    }),
  },
]

function sendText(response: ServerResponse, text: string): void {
  response.writeHead(200, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
