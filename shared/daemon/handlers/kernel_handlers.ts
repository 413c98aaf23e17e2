import type { Handlers } from '../../api/contract.ts'
import { isAbsolute, join } from 'node:path'
import type { KernelId } from '../../kernel/kernel.ts'
import { openSession } from '../../kernel/session.ts'
import type { Kernels } from '../kernels.ts'
import { groupMemory } from '../process_memory.ts'
import type { TopicBoard } from '../topics.ts'

/** What the handlers about kernels need. */
export interface KernelHandlerParts {
  kernels: Kernels
  topics: TopicBoard
  root: string
}

type KernelHandlers = Pick<Handlers, Extract<keyof Handlers, `kernels.${string}`>>

/** Answers everything about kernels. */
export function kernelHandlers({ kernels, topics, root }: KernelHandlerParts): KernelHandlers {
  const change = async (
    id: string,
    work: (id: KernelId) => Promise<unknown>,
  ): Promise<Record<string, never>> => {
    const { id: known } = await kernels.get(id)
    await work(known)
    topics.bump('kernels.changed')
    return {}
  }
  return {
    'kernels.find': ({ folder }) => kernels.find(folder ?? root),
    'kernels.list': () => kernels.list(),
    'kernels.memory': async () => {
      const running = await kernels.list()
      const bytes = await groupMemory(running.map((kernel) => kernel.process.pid))
      return running.flatMap(({ id, process: { pid } }) => {
        const rssBytes = bytes.get(pid)
        return rssBytes === undefined ? [] : [{ id, rssBytes }]
      })
    },
    'kernels.start': async ({ name, notebook, cwd }) => {
      const { kernel } = await kernels.start({
        name: name ?? null,
        notebook: notebook === null || isAbsolute(notebook) ? notebook : join(root, notebook),
        kernelspec: { name: null, language: null },
        parentRunId: null,
        cwd: cwd ?? root,
      })
      topics.bump('kernels.changed')
      return kernel
    },
    'kernels.interrupt': ({ id }) =>
      change(id, async (known) => (await kernels.supervisor()).interrupt(known)),
    'kernels.stop': ({ id }) => change(id, (known) => kernels.stop(known)),
    'kernels.restart': async ({ id }) => {
      await change(id, (known) => kernels.restart(known))
      return kernels.get(id)
    },
    'kernels.execute': async ({ id, code, cellId }) => {
      const { id: known } = await kernels.get(id)
      const connection = await (await kernels.supervisor()).attach(known, 'now')
      const execution = openSession(connection).execute(code, cellId === null ? {} : { cellId })
      // The answer is the id of the execution; whoever wants its end follows the journal.
      execution.done.catch(() => null).finally(() => connection.close())
      return { execution: execution.id }
    },
  }
}
