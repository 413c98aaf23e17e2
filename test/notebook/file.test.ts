import assert from 'node:assert/strict'
import {
  chmod,
  link,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '../../shared/base/problem.ts'
import { editNotebook } from '../../shared/notebook/edit.ts'
import { readNotebook, saveNotebook, writeNotebook } from '../../shared/notebook/file.ts'
import type { NotebookFile } from '../../shared/notebook/file.ts'
import { skip } from '../skip.ts'

const text =
  '\ufeff{"cells": [{"cell_type": "raw", "metadata": {}, "source": "é"}],\r\n "metadata": {}, "nbformat": 4, "nbformat_minor": 4}\r\n'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-notebook-'))
  path = join(folder, 'a.ipynb')
  await writeFile(path, text)
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  try {
    await work
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  return assert.fail('it worked')
}

function changed({ document }: NotebookFile) {
  return editNotebook(document, [{ kind: 'source', cell: 0, source: 'ü' }])
}

describe('readNotebook()', () => {
  it('reads every byte, mark and line ends included', async () => {
    assert.equal((await readNotebook(path)).document.text, text)
  })

  it('says which file is not there', async () => {
    const problem = await problemOf(readNotebook(join(folder, 'b.ipynb')))
    assert.equal(problem.code, 'not_found')
    assert.match(problem.message, /b\.ipynb: there is no such file/)
  })

  it('refuses a folder', async () => {
    assert.equal((await problemOf(readNotebook(folder))).code, 'bad_request')
  })

  const encodings: [string, Buffer, RegExp][] = [
    ['latin-1', Buffer.from(text.slice(1), 'latin1'), /not UTF-8 in line 1/],
    [
      'a wrong byte in line 3',
      Buffer.from('{\n"é": 1,\n"\xff": 2}', 'latin1').fill(0x41, 3, 4),
      /not UTF-8 in line 3/,
    ],
    [
      'a cut character',
      Buffer.from(text).subarray(0, Buffer.from(text).indexOf(0xc3) + 1),
      /not UTF-8 in line 1/,
    ],
    ['UTF-16', Buffer.from(text, 'utf16le'), /UTF-16/],
  ]
  for (const [what, bytes, reason] of encodings) {
    it(`refuses ${what}, and says where`, async () => {
      await writeFile(path, bytes)
      const problem = await problemOf(readNotebook(path))
      assert.equal(problem.code, 'notebook_invalid')
      assert.match(problem.message, reason)
    })
  }
})

describe('writeNotebook()', () => {
  it('writes the change, keeps the mode and leaves nothing beside', async () => {
    await chmod(path, 0o640)
    const file = await readNotebook(path)
    const after = await writeNotebook(file, changed(file))
    assert.equal(await readFile(path, 'utf8'), text.replace('é', 'ü'))
    assert.equal((await stat(path)).mode & 0o777, 0o640)
    assert.deepEqual(await readdir(folder), ['a.ipynb'])
    assert.deepEqual((await readNotebook(path)).digest, after.digest)
  })

  it('refuses to write over what another program wrote, however alike', async () => {
    const file = await readNotebook(path)
    await writeFile(path, text.replace('é', 'à'))
    const problem = await problemOf(writeNotebook(file, changed(file)))
    assert.equal(problem.code, 'conflict')
    assert.equal(await readFile(path, 'utf8'), text.replace('é', 'à'))
  })

  it('writes over a file that was only touched', async () => {
    const file = await readNotebook(path)
    await writeFile(path, text)
    await writeNotebook(file, changed(file))
    assert.equal(await readFile(path, 'utf8'), text.replace('é', 'ü'))
  })

  it('does not touch the file when nothing changed', async () => {
    const before = await stat(path, { bigint: true })
    const file = await readNotebook(path)
    await writeNotebook(file, file.document)
    assert.equal((await stat(path, { bigint: true })).mtimeNs, before.mtimeNs)
  })

  it('writes again and again from what it returned', async () => {
    const first = await readNotebook(path)
    const second = await writeNotebook(first, changed(first))
    await writeNotebook(second, first.document)
    assert.equal(await readFile(path, 'utf8'), text)
  })

  it('keeps a link a link, and a second name the same file', async () => {
    const byLink = join(folder, 'link.ipynb')
    const twin = join(folder, 'twin.ipynb')
    await symlink(path, byLink)
    await link(path, twin)
    const file = await readNotebook(byLink)
    await writeNotebook(file, changed(file))
    assert.ok((await lstat(byLink)).isSymbolicLink())
    assert.equal(await readFile(twin, 'utf8'), text.replace('é', 'ü'))
  })

  it('refuses a file that is gone', async () => {
    const file = await readNotebook(path)
    await rm(path)
    assert.equal((await problemOf(writeNotebook(file, changed(file)))).code, 'not_found')
  })
})

describe('saveNotebook()', () => {
  it('writes to a new place, and over what lies there', async () => {
    const { document } = await readNotebook(path)
    const out = join(folder, 'out.ipynb')
    await saveNotebook(out, document)
    await saveNotebook(out, document)
    assert.equal(await readFile(out, 'utf8'), text)
  })

  it('says so when the folder is not there', async () => {
    const { document } = await readNotebook(path)
    assert.equal((await problemOf(saveNotebook(join(folder, 'x', 'out.ipynb'), document))).code, 'not_found')
  })

  it('says so when it may not write', async function () {
    if (process.getuid?.() === 0) skip(this, 'root may write everywhere: run the tests as another user')
    const { document } = await readNotebook(path)
    await chmod(folder, 0o500)
    const problem = await problemOf(saveNotebook(join(folder, 'out.ipynb'), document))
    await chmod(folder, 0o700)
    assert.equal(problem.code, 'forbidden')
  })
})
