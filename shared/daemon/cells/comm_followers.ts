import type { KernelId } from '../../kernel/kernel.ts'
import { CommFollower, type CommListener } from './comm_follower.ts'
import type { CommAudience } from './live_comms.ts'
import type { LiveKernel } from './live_kernel.ts'

/** Who follows the widgets of which notebook, and on which kernel these live. */
export class CommFollowers {
  readonly #all = new Set<Followed>()

  /** Tells all widgets of the notebook's kernel, then what comes. @returns a function that stops */
  follow(notebook: string, live: LiveKernel | null, listener: CommListener): () => void {
    const followed: Followed = {
      notebook,
      live,
      follower: new CommFollower(listener, (comm) => followed.live?.caught(comm) ?? null),
    }
    begin(followed)
    this.#all.add(followed)
    return () => {
      followed.follower.close()
      this.#all.delete(followed)
    }
  }

  /** A notebook has another kernel. */
  moved(notebook: string, live: LiveKernel | null): void {
    for (const followed of this.#all) {
      if (followed.notebook !== notebook || followed.live === live) continue
      followed.live = live
      begin(followed)
    }
  }

  /** A kernel was stopped, and its widgets are gone. */
  stopped(kernel: KernelId): void {
    for (const followed of this.#all) {
      if (followed.live?.kernel.id !== kernel) continue
      followed.live = null
      begin(followed)
    }
  }

  renamed(from: string, to: string): void {
    for (const followed of this.#all) if (followed.notebook === from) followed.notebook = to
  }

  /** Where a kernel tells of its widgets. */
  audienceOf(kernel: KernelId): CommAudience {
    const those = (): Followed[] => [...this.#all].filter(({ live }) => live?.kernel.id === kernel)
    return {
      news: (news) => {
        for (const { follower } of those()) follower.tell(news)
      },
      caught: (comm) => {
        for (const { follower } of those()) follower.caught(comm)
      },
    }
  }

  close(): void {
    for (const { follower } of this.#all) follower.close()
  }
}

interface Followed {
  notebook: string
  live: LiveKernel | null
  follower: CommFollower
}

function begin({ live, follower }: Followed): void {
  for (const news of live?.widgets() ?? nothing) follower.tell(news)
}

const nothing = [{ kind: 'begin' }, { kind: 'ready' }] as const
