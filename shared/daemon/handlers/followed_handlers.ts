import type { Handlers } from '../../api/contract.ts'
import type { FollowedKernels } from '../followed/followed_kernels.ts'

type FollowedHandlers = Pick<Handlers, Extract<keyof Handlers, `followed.${string}`>>

/** Answers what Jupyter servers and their pages tell of their kernels. */
export function followedHandlers(followed: FollowedKernels): FollowedHandlers {
  return {
    'followed.attach': (wanted) => followed.attach(wanted),
    'followed.detach': async ({ id }) => {
      await followed.detach(id)
      return {}
    },
    'followed.sent': async (told) => {
      await followed.sent(told)
      return {}
    },
    'followed.confirm': (told) => {
      followed.confirm(told)
      return {}
    },
    'followed.rename': async ({ notebook, to }) => {
      await followed.rename(notebook, to)
      return {}
    },
  }
}
