import assert from 'node:assert/strict'
import { BadDay, readCells, seconds } from './bad_day.ts'
import { needEditor } from './editor.ts'

/** A picture of noise, as large as it is said to be: nothing makes it smaller on its way. */
const png = `import os, struct, zlib
def png(megabytes):
    width = 1000; height = megabytes * 250
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\\0" + os.urandom(width * 4) for _ in range(height))
    return b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")
from IPython.display import Image, display`

describe('a very large notebook in VS Code', function () {
  this.timeout(300_000)
  let day: BadDay

  before(function () {
    needEditor(this)
    day = new BadDay()
  })
  after(() => day.close())

  it('of 2,000 cells opens, runs and is saved', async () => {
    const project = day.project()
    const cells = Array.from({ length: 2000 }, (_, i) => `print(${i} + 1)`)
    const path = project.notebook('long.ipynb', cells)
    await day.open(project, 'long.ipynb')
    const beganMs = Date.now()
    await day.window.command('Notebook: Run All')
    await day.saved(
      path,
      (all) =>
        all.length > 0 && all.every((cell) => cell.execution_count !== null && cell.outputs.length === 1),
    )
    console.log(`      2,000 cells run and saved in ${seconds(beganMs)}`)
    assert.deepEqual(
      readCells(path).map((cell) => [cell.execution_count, cell.outputs[0]?.text?.join('')]),
      Array.from({ length: 2000 }, (_, i) => [i + 1, `${i + 1}\n`]),
    )
  })

  it('with 50 MB of pictures shows them, and cuts one that is too large with its mark', async () => {
    const project = day.project()
    const shows = Array.from({ length: 8 }, () => 'display(Image(png(6)))')
    const path = project.notebook('pictures.ipynb', [png, ...shows, 'display(Image(png(50)))', '"after"'])
    await day.open(project, 'pictures.ipynb')
    await day.window.command('Notebook: Run All')
    const beganMs = Date.now()
    await day.saved(path, (cells) => cells.at(-1)?.outputs.length === 1)
    console.log(`      50 MB of pictures shown and saved after ${seconds(beganMs)}`)
    const cells = readCells(path)
    const sizes = cells
      .slice(1, 9)
      .map(({ outputs: [one] }) => [one?.data?.['image/png'] ?? ''].flat().join('').length)
    assert.ok(
      sizes.every((size) => size > 8_000_000),
      String(sizes),
    )
    assert.match(cells[9]?.outputs[0]?.text?.join('') ?? '', /output cut here/)
    await day.outputs.locator('img').first().waitFor()
  })
})
