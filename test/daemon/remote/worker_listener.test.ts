import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import type { StatePaths } from '../../../shared/base/project.ts'
import { WorkerListener } from '../../../shared/daemon/remote/worker_listener.ts'

describe('the door for workers on other machines', () => {
  let folder: string
  let head: Server
  let towards: string
  let listener: WorkerListener
  const open = () => {
    const paths = { root: folder, dir: folder } as StatePaths
    return new WorkerListener({ paths, nowMs: Date.now, answer: (_request, response) => response.end('yes') })
  }
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'w-'))
    head = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => head.once('listening', resolve))
    towards = `127.0.0.1:${(head.address() as AddressInfo).port}`
    listener = open()
  })
  afterEach(() => {
    listener.close()
    head.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is one for all who ask, on the way to them, with the certificate whose fingerprint is told', async () => {
    const [one, two] = await Promise.all([listener.open(towards), listener.open(towards)])
    assert.deepEqual(one, two)
    assert.match(one.address, /^https:\/\/127\.0\.0\.1:\d+$/)
    assert.equal(await seenAt(one.address), one.fingerprint)
    if (process.platform !== 'win32') assert.equal(statSync(join(folder, 'workers.json')).mode & 0o777, 0o600)
    listener.leave()
    assert.equal(await seenAt(one.address), one.fingerprint, 'somebody needs it still')
    listener.leave()
    await assert.rejects(seenAt(one.address), /ECONNREFUSED/)
  })

  it('stands at the same place for the next daemon, even while the head is away', async () => {
    const before = await listener.open(towards)
    listener.close()
    head.close()
    listener = open()
    assert.deepEqual(await listener.open(towards), before)
  })

  it('listens and is called as daybook.yaml says, and says what is wrong there', async () => {
    const text = 'workers:\n  listen: 127.0.0.1:29999\n  advertise: laptop.example:7443\n'
    writeFileSync(join(folder, 'daybook.yaml'), text)
    const { address, fingerprint } = await listener.open(towards)
    assert.equal(address, 'https://laptop.example:7443')
    assert.equal(await seenAt('https://127.0.0.1:29999'), fingerprint)
    writeFileSync(join(folder, 'daybook.yaml'), 'workers: {listen: everywhere}\n')
    await assert.rejects(listener.open(towards), /daybook\.yaml, workers\.listen: is no HOST:PORT/)
    writeFileSync(join(folder, 'daybook.yaml'), 'workers: {listen: "127.0.0.1:70000"}\n')
    await assert.rejects(listener.open(towards), /daybook\.yaml, workers\.listen: is no HOST:PORT/)
  })

  it('stays open for one who is about to be let in when the last of the others leaves', async () => {
    const settings = join(folder, 'daybook.yaml')
    writeFileSync(settings, 'workers: {listen: "127.0.0.1:29997"}\n')
    await listener.open(towards)
    writeFileSync(settings, 'workers: {listen: "127.0.0.1:29998"}\n')
    const opening = listener.open(towards)
    // It listens already, and has not heard yet that it does.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    listener.leave()
    const { address, fingerprint } = await opening
    assert.equal(await seenAt(address), fingerprint)
    listener.leave()
    await assert.rejects(seenAt(address), /ECONNREFUSED/)
  })

  it('can be opened after a trouble with the disk is over', async () => {
    const missing = join(folder, 'state')
    const paths = { root: folder, dir: missing } as StatePaths
    listener = new WorkerListener({ paths, nowMs: Date.now, answer: (_, response) => response.end() })
    await assert.rejects(listener.open(towards), /ENOENT/)
    mkdirSync(missing)
    const { address, fingerprint } = await listener.open(towards)
    assert.equal(await seenAt(address), fingerprint)
  })

  it('says so where there is no way', async () => {
    head.close()
    await assert.rejects(listener.open(towards), /There is no way to 127\.0\.0\.1:\d+: .*REFUSED/)
  })
})

/** SHA-256 of the certificate that is shown there. */
function seenAt(address: string): Promise<string> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      { host: hostname, port: Number(port), rejectUnauthorized: false },
      () => {
        resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase())
        socket.destroy()
      },
    )
    socket.on('error', reject)
  })
}
