import { Problem } from '../base/problem.ts'
import type { Client } from './client.ts'
import type { MethodName, ParamsOf, ResultOf } from './contract.ts'

/** Answers by what was asked. Plain data. */
export type RecordedAnswers = Record<string, unknown>

/** Names a question. How much of a file is asked for does not count: the file's recorded part is the answer. */
export function questionName<M extends MethodName>(method: M, params: ParamsOf<M>): string {
  if (method !== 'runs.artifact') return `${method} ${JSON.stringify(params)}`
  const { id, path } = params as ParamsOf<'runs.artifact'>
  return `${method} ${JSON.stringify({ id, path })}`
}

/** A client that asks, and keeps every answer. */
export function recordAnswers(client: Client, answers: RecordedAnswers): Pick<Client, 'call'> {
  return {
    async call<M extends MethodName>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
      const answer = await client.call(method, params)
      answers[questionName(method, params)] = answer
      return answer
    },
  }
}

/** A client that has nothing but what was recorded: nothing changes, and what is not there is said to be missing. */
export function openRecordedClient(answers: RecordedAnswers): Client {
  return {
    async call<M extends MethodName>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
      const name = questionName(method, params)
      if (Object.hasOwn(answers, name)) return answers[name] as ResultOf<M>
      throw new Problem('not_found', 'This is not in the file', {
        hint: 'The file was made to be small: the project it comes from has all of it.',
      })
    },
    onChange: (_topic, listener) => {
      queueMicrotask(() => listener(1))
      return () => undefined
    },
    onLog: () => () => undefined,
    onClose: () => () => undefined,
    close: () => undefined,
  }
}
