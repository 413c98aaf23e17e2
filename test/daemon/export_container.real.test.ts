import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'
import type { ExportedDeployment } from '../../shared/api/deployment_methods.ts'
import { freePort } from '../../shared/daemon/identity.ts'
import { makeTestModels, type TestModels } from '../serving/gateway_harness.ts'
import { skip } from '../skip.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

/**
 * What the exported Dockerfile says, done step by step without Docker: its files where it copies them and nothing else,
 * its packages in an environment that holds nothing else, its command under its user with its environment, its health
 * check. Under Linux as root it really is another user, to whom the files do not belong; else we ourselves.
 */
describe('the Dockerfile of an export', function () {
  this.timeout(600_000)
  let models: TestModels
  let project: DaemonProject
  let image: string
  let exported: ExportedDeployment
  let server: ChildProcess | null = null

  before(async function () {
    if (process.platform === 'win32') skip(this, 'A Dockerfile for Linux is tried under Linux or macOS')
    models = makeTestModels()
    project = makeDaemonProject()
    image = mkdtempSync(join(tmpdir(), 'image-'))
    chmodSync(image, 0o755)
    await project.json(['deploy', join(models.folder, 'plain'), '--name', 'flowers', '--trust'])
    exported = await project.json(['export-deployment', 'flowers', '--to', 'out'])
  })
  after(async () => {
    server?.kill('SIGTERM')
    await project.daybook(['down'])
    await project.close()
    models.close()
    rmSync(image, { recursive: true, force: true })
  })

  it('gives a server that answers as scikit-learn does, run by nobody from files it may only read', async function () {
    const steps = readFileSync(join(exported.folder, 'Dockerfile'), 'utf8').split('\n')
    const of = (word: string): string[] =>
      steps.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
    for (const line of of('COPY').filter((line) => !line.startsWith('--from=')))
      copy(line.split(' '), exported.folder, image)
    assert.ok(of('RUN').includes('pip install --no-cache-dir -r requirements.txt'))
    const pins = readFileSync(join(image, 'requirements.txt'), 'utf8').trim().split('\n')
    const python = await cachedEnvironment('exported-image', pins)

    const [uid = NaN, gid = NaN] = (of('USER')[0] ?? '').split(':').map(Number)
    assert.ok(uid > 0 && gid > 0)
    const asNobody = process.getuid?.() === 0 ? { uid, gid } : {}
    const port = await freePort()
    const settings = of('ENV').flatMap((line) => line.split(' '))
    const env: NodeJS.ProcessEnv = {
      ...Object.fromEntries(
        settings.map((pair): [string, string] => [pair.replace(/=.*/, ''), pair.replace(/^\w+=/, '')]),
      ),
      // Where this machine's Python is root's alone, the system's takes its place, with the same packages.
      PYTHONPATH: sitePackages(python),
      PATH: [dirname(process.execPath), dirname(python), '/usr/bin', '/bin'].join(delimiter),
      // The container has a network of its own; here the port may be taken.
      ...{ DAYBOOK_PORT: String(port), DAYBOOK_TOKEN: 'between us', HOME: '/nonexistent' },
    }
    if (spawnSync('python3', ['-c', 'import sklearn'], { env, ...asNobody }).status !== 0)
      skip(this, 'No Python of this version here may be run by another user')
    const [program = '', ...args] = JSON.parse(of('CMD')[0] ?? '[]') as string[]
    server = spawn(program, args, { cwd: image, env, ...asNobody, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [server.stdout, server.stderr])
      stream?.on('data', (chunk) => (said += String(chunk)))

    const check = (/CMD (\[.*\])$/.exec(of('HEALTHCHECK')[0] ?? '')?.[1] ?? '[]').replace(
      '8080',
      String(port),
    )
    const [checker = '', ...checkArgs] = JSON.parse(check) as string[]
    const healthy = (): boolean =>
      spawnSync(checker, checkArgs, { env, ...asNobody, timeout: 20_000 }).status === 0
    for (let i = 0; i < 120 && !healthy(); i++) {
      assert.equal(server.exitCode, null, said)
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    assert.ok(healthy(), said)
    const answer = await fetch(`http://127.0.0.1:${port}/flowers/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer between us' },
      body: JSON.stringify({ inputs: models.plain.x }),
    })
    const text = await answer.text()
    assert.equal(answer.status, 200, text + said)
    assert.deepEqual((JSON.parse(text) as { predictions: number[] }).predictions, models.plain.says)
    if (process.platform === 'linux')
      assert.match(statusOf(server.pid), new RegExp(`^Uid:\\s+${asNobody.uid ?? process.getuid?.()}\\b`, 'm'))
    const gone = new Promise((resolve) => server?.once('exit', resolve))
    server.kill('SIGTERM')
    assert.equal(await gone, 0, said)
    assert.ok(!existsSync(join(image, 'python', 'daybook', '__pycache__')))
  })
})

/** COPY of one or several files into a folder, or of a folder. Modes stay as they are, as Docker leaves them. */
function copy(words: readonly string[], from: string, to: string): void {
  const target = join(to, words.at(-1) ?? '')
  for (const name of words.slice(0, -1)) {
    const intoFolder = words.at(-1)?.endsWith('/') === true
    if (intoFolder) mkdirSync(target, { recursive: true })
    cpSync(join(from, name), intoFolder ? join(target, name) : target, { recursive: true })
  }
}

function sitePackages(python: string): string {
  const program = 'import sysconfig; print(sysconfig.get_path("purelib"))'
  return spawnSync(python, ['-c', program], { encoding: 'utf8' }).stdout.trim()
}

function statusOf(pid: number | undefined): string {
  return readFileSync(`/proc/${pid}/status`, 'utf8')
}
