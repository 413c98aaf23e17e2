import assert from 'node:assert/strict'
import type { NotebookOutput } from '../../shared/notebook/output.ts'
import { readOutput } from '../../shared/notebook/output.ts'
import { openKernelFold } from '../../shared/kernel/kernel_fold.ts'
import type { KernelMessage } from '../../shared/kernel/message.ts'
import { askPython, referencePython } from '../notebook/python_peer.ts'

/** Runs cells with the real nbclient on a real ipykernel: its outputs, and every message it saw. */
const record = `
import nbformat, nbclient

class Recorder(nbclient.NotebookClient):
    def process_message(self, msg, cell, cell_index):
        plain = {key: msg[key] for key in ("header", "parent_header", "metadata", "content")}
        recorded.append(json.loads(json.dumps(plain, default=str)))
        return super().process_message(msg, cell, cell_index)

result = []
for case in data:
    recorded = []
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in case["cells"]])
    Recorder(nb, allow_errors=True, coalesce_streams=case["coalesce"], kernel_name="python3", timeout=60).execute()
    # As a file has them: what nbformat would write.
    written = json.loads(nbformat.writes(nb))
    result.append({
        "messages": recorded,
        "outputs": [cell["outputs"] for cell in written["cells"]],
        "counts": [cell["execution_count"] for cell in written["cells"]],
    })`

interface Recorded {
  messages: Omit<KernelMessage, 'buffers'>[]
  outputs: unknown[][]
  counts: (number | null)[]
}

const display =
  'from IPython.display import display, clear_output, HTML, JSON, Markdown, Image, Javascript, update_display\nimport sys'

const cases: { what: string; cells: string[]; coalesce?: true }[] = [
  {
    what: 'prints',
    cells: [
      'print(1)\nprint(2)',
      'print("a", end="")\nprint("b\\r\\nc")',
      'for i in range(1000): print(i)',
      '',
    ],
  },
  {
    what: 'both streams in turn',
    cells: [
      'import sys\nfor i in range(3):\n    print(i, flush=True)\n    print(-i, file=sys.stderr, flush=True)',
    ],
  },
  {
    what: 'results',
    cells: ['1 + 1', '"é\\n漢😀"', 'None', 'x = 5; x', '[list(range(100))] * 30', '"a" * 5000'],
  },
  {
    what: 'rich displays',
    cells: [
      `${display}\ndisplay(HTML("<b>1</b>\\n<i>2</i>"), Markdown("# a"), JSON({"a": [1, None, "b"]}), Javascript("1"))`,
      'display({"text/plain": "p", "application/vnd.custom+json": {"k": [1]}, "image/svg+xml": "<svg>\\n</svg>"}, raw=True, metadata={"m": 1})',
      'Image(data=bytes.fromhex("89504e470d0a1a0a0000000d49484452"), format="png")',
      'print("before"); display(HTML("between")); print("behind")',
    ],
  },
  {
    what: 'displays that are updated, in their cell and from others',
    cells: [
      `${display}\nh = display("one", display_id="d")\nupdate_display("two", display_id="d")`,
      'h.update(HTML("three"))\nprint("x")',
      'display("four", display_id="d")\ndisplay("other", display_id="e")',
      'update_display("five", display_id="d", metadata={"k": 1})\nupdate_display("nobody", display_id="f")',
    ],
  },
  {
    what: 'clear_output',
    cells: [
      `${display}\nprint(1); clear_output(); print(2)`,
      'for i in range(5):\n    clear_output(wait=True)\n    print(i)',
      'print(1); clear_output(wait=True)',
      'display("a"); clear_output(); ',
      'print(1); clear_output(wait=True); 7',
      'print(1); clear_output(wait=True); 1/0',
    ],
  },
  {
    what: 'errors',
    cells: [
      '1/0',
      'print("a"); raise ValueError("b\\nc")',
      'def f(:',
      'import sys; sys.exit(3)',
      '"after"',
      'assert False, "é"',
    ],
  },
  {
    what: 'Output widgets',
    cells: [
      'import ipywidgets as w\nfrom IPython.display import display, clear_output\no = w.Output()\ndisplay(o)\nwith o:\n    print("inside")\n    display("shown")\nprint("outside")',
      'with o:\n    clear_output()\n    print("again")\n"result"',
      'inner = w.Output()\nwith o:\n    print("o")\n    with inner:\n        print("inner")\n    print("o again")\nprint("cell")',
      'w.IntSlider(value=3)',
    ],
  },
  {
    what: 'lines that are overwritten',
    coalesce: true,
    cells: [
      'import time\nfor i in range(5):\n    print(f"\\r{i:03d} of 5", end="", flush=True)\nprint()',
      'import sys\nsys.stdout.write("first\\rlast!\\nnext\\n")',
      'print("no return")',
    ],
  },
]

describe('outputs against the real nbclient, on a real ipykernel', () => {
  let recorded: Recorded[] = []

  before(async function () {
    this.timeout(600_000)
    const python = await referencePython()
    const wanted = cases.map(({ cells, coalesce }) => ({ cells, coalesce: coalesce === true }))
    recorded = await askPython<Recorded[]>(python, record, wanted)
  })

  cases.forEach(({ what, cells }, i) => {
    it(`are the same for ${what}`, () => {
      const { messages, outputs, counts } = recorded[i] ?? assert.fail('nothing was recorded')
      const fold = openKernelFold()
      const ids: string[] = []
      for (const one of messages) {
        const id = one.parent_header.msg_id
        if (id !== undefined && !ids.includes(id)) ids.push(id)
        fold.take({ ...one, buffers: [] })
      }
      const executed = cells.flatMap((source, cell) => (source === '' ? [] : [cell]))
      assert.equal(ids.length, executed.length)
      executed.forEach((cell, at) => {
        const execution = fold.execution(ids[at] ?? '') ?? assert.fail(`nothing came for cell ${cell}`)
        assert.deepEqual(execution.outputs, joinStreams((outputs[cell] ?? []).map(readOutput)), cells[cell])
        assert.equal(execution.executionCount, counts[cell])
      })
    })
  })
})

/** nbclient keeps each message of a stream as an output of its own; nbformat has them joined. */
function joinStreams(outputs: readonly NotebookOutput[]): NotebookOutput[] {
  const joined: NotebookOutput[] = []
  for (const output of outputs) {
    const last = joined.at(-1)
    if (last?.output_type === 'stream' && output.output_type === 'stream' && last.name === output.name) {
      joined[joined.length - 1] = { ...last, text: last.text + output.text }
    } else joined.push(output)
  }
  return joined
}
