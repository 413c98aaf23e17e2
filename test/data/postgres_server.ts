import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { skip } from '../skip.ts'

/** A PostgreSQL server of a test's own. */
export interface PostgresServer {
  /** Address of its database `postgres`. */
  address: string
  /** Runs statements with psql. */
  sql(text: string): void
  close(): Promise<void>
}

/** Starts a server in a folder of its own; the test is skipped where PostgreSQL is not installed. */
export async function startPostgres(context: Mocha.Context): Promise<PostgresServer> {
  const initdb = globSync('/usr/lib/postgresql/*/bin/initdb').at(-1) ?? '/usr/bin/initdb'
  if (!existsSync(initdb)) skip(context, 'PostgreSQL is not installed: apt install postgresql')
  const bin = dirname(initdb)
  const folder = mkdtempSync(join(openTo(tmpdir()), 'daybook-postgres-'))
  // PostgreSQL refuses to run as root: the user that owns nothing runs it then.
  const isRoot = userInfo().uid === 0
  const as = isRoot ? { uid: 65_534, gid: 65_534 } : {}
  if (isRoot) chownSync(folder, 65_534, 65_534)
  const data = join(folder, 'data')
  execFileSync(initdb, ['-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C'], {
    ...as,
    cwd: folder,
    stdio: 'pipe',
  })
  const port = await freePort()
  const settings = ['fsync=off', 'shared_buffers=16MB', 'max_connections=10', 'listen_addresses=127.0.0.1']
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
    { ...as, cwd: folder, stdio: 'ignore' },
  )
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const address = `postgres://tester@127.0.0.1:${port}/postgres`
  const sql = (text: string): void =>
    void execFileSync(join(bin, 'psql'), ['-q', '-v', 'ON_ERROR_STOP=1', address], {
      input: text,
      stdio: 'pipe',
    })
  for (let tries = 0; ; tries++) {
    try {
      execFileSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)])
      break
    } catch (error) {
      if (tries > 200) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return {
    address,
    sql,
    async close() {
      server.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** The folder, or the nearest one around it that other users get into: tests may run in a private one. */
function openTo(folder: string): string {
  let found = folder
  for (let at = folder; at !== dirname(at); at = dirname(at))
    if ((statSync(at).mode & 0o001) === 0) found = dirname(at)
  return found
}
