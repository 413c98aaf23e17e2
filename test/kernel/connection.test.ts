import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ConnectionOptions,
  endpointOf,
  newConnection,
  portNames,
  readConnection,
  speaksIpc,
  writeConnection,
} from '../../shared/kernel/connection.ts'
import type { KernelLaunch } from '../../shared/kernel/kernel.ts'
import { ipykernel } from './project.ts'

const other: KernelLaunch = {
  ...ipykernel(),
  argv: ['deno', 'jupyter', '--kernel', '--conn', '{connection_file}'],
}

function options(given: Partial<ConnectionOptions> = {}): ConnectionOptions {
  return {
    launch: ipykernel(),
    runtime: '/run/user/1000/daybook/0123456789abcdef',
    curveKeys: () => ({ publicKey: 'public', secretKey: 'secret' }),
    taken: new Set(),
    ...given,
  }
}

describe('newConnection()', () => {
  it('takes IPC sockets where the kernel can, each connection its own', async () => {
    const [one, two] = [await newConnection(options()), await newConnection(options())]
    assert.equal(one.transport, 'ipc')
    assert.equal(endpointOf(one, 'shell_port'), `ipc://${one.ip}-1`)
    assert.notEqual(one.ip, two.ip)
    assert.notEqual(one.key, two.key)
    assert.equal(Buffer.from(one.key, 'hex').length, 32)
    assert.equal(one.signature_scheme, 'hmac-sha256')
  })

  // sun_path has 108 bytes on Linux, the last of them zero: 107 for "<runtime>/k0123456789-1", 14 of them ours.
  it('takes TCP where a socket would have a path of more than 107 bytes', async () => {
    const longest = process.platform === 'darwin' ? 103 : 107
    const fits = '/'.padEnd(longest - 14, 'x')
    assert.equal((await newConnection(options({ runtime: fits }))).transport, 'ipc')
    assert.equal((await newConnection(options({ runtime: `${fits}x` }))).transport, 'tcp')
    assert.equal((await newConnection(options({ runtime: `${fits.slice(0, -1)}é` }))).transport, 'tcp')
  })

  it('takes five different free ports on loopback where the kernel speaks TCP only', async () => {
    const info = await newConnection(options({ launch: other }))
    const ports = portNames.map((name) => info[name])
    assert.equal(new Set(ports).size, 5)
    assert.equal(info.ip, '127.0.0.1')
    assert.equal(endpointOf(info, 'hb_port'), `tcp://127.0.0.1:${info.hb_port}`)
    for (const port of ports)
      await new Promise<void>((resolve) =>
        createServer().listen(port, '127.0.0.1', function (this: ReturnType<typeof createServer>) {
          this.close(() => resolve())
        }),
      )
    assert.equal(info.curve_publickey, undefined)
  })

  it('never gives out a port twice', async () => {
    const taken = new Set(
      Array.from({ length: 22_768 }, (_, i) => 10_000 + i).filter((port) => port % 100 !== 0),
    )
    const info = await newConnection(options({ launch: other, taken }))
    for (const name of portNames) assert.equal(info[name] % 100, 0)
  })

  it('encrypts what goes over TCP where the kernel can', async () => {
    const info = await newConnection(options({ launch: { ...other, curve: true } }))
    assert.deepEqual([info.curve_publickey, info.curve_secretkey], ['public', 'secret'])
    assert.equal(
      (await newConnection(options({ launch: { ...ipykernel(), curve: true } }))).curve_publickey,
      undefined,
    )
  })
})

describe('speaksIpc()', () => {
  const cases: [string[], boolean][] = [
    [['/usr/bin/python3', '-m', 'ipykernel_launcher', '-f', '{connection_file}'], true],
    [['python', '-m', 'ipykernel', '-f', '{connection_file}'], true],
    [['/opt/xpython', '-f', '{connection_file}'], true],
    [['R', '--slave', '-e', 'IRkernel::main()', '--args', '{connection_file}'], true],
    [['deno', 'jupyter', '--kernel', '--conn', '{connection_file}'], false],
    [['julia', '-i', 'kernel.jl', '{connection_file}'], false],
  ]
  for (const [argv, expected] of cases) {
    it(`is ${expected} for ${argv.join(' ')}`, () =>
      assert.equal(speaksIpc({ ...ipykernel(), argv }), expected))
  }
})

describe('writeConnection()', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'connection-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('writes what readConnection() reads, for the owner only', async () => {
    const path = join(folder, 'kernel.json')
    for (const launch of [ipykernel(), { ...other, curve: true }]) {
      const info = await newConnection(options({ launch }))
      writeConnection(path, info)
      assert.deepEqual(readConnection(path), info)
      assert.equal(statSync(path).mode & 0o777, 0o600)
      assert.ok(readFileSync(path, 'utf8').includes('"shell_port"'))
    }
  })

  it('fills what a foreign file leaves out, and refuses one without ports', () => {
    const path = join(folder, 'kernel.json')
    const ports = Object.fromEntries(portNames.map((name, i) => [name, 5000 + i]))
    writeFileSync(path, JSON.stringify(ports))
    const info = readConnection(path)
    assert.deepEqual([info.transport, info.ip, info.key, info.hb_port], ['tcp', '127.0.0.1', '', 5004])
    writeFileSync(path, JSON.stringify({ ...ports, hb_port: 'x' }))
    assert.throws(() => readConnection(path), RangeError)
    writeFileSync(path, 'no json')
    assert.throws(() => readConnection(path), SyntaxError)
  })
})
