import { Problem } from '../../base/problem.ts'

/** Where workers are to be started, as `--on` names it. */
export interface OnAddress {
  /** Without what is secret and without a `/` at its end. */
  url: string
  /** `host:port`, as it is called. */
  name: string
  token: string | null
}

/**
 * The same text with each `${NAME}` taken from the environment, so that a file need not hold a secret.
 * @throws Problem `parameter_invalid` for one that is not set
 */
export function fillIn(word: string, environment: Readonly<Record<string, string | undefined>>): string {
  return word.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = environment[name]
    if (value !== undefined && value !== '') return value
    throw new Problem('parameter_invalid', `"${hideToken(word)}" names ${name}, which is not set`, {
      hint: `Set ${name} in the environment in which "daybook" is called.`,
    })
  })
}

/**
 * Reads `http://HOST:8888/?token=…`, as a Jupyter server prints it, with `/lab` or `/tree` too, or `http://HOST:8265`.
 * @throws Problem `parameter_invalid`
 */
export function parseOn(text: string): OnAddress {
  let url: URL
  try {
    url = new URL(text)
    if (!/^https?:$/.test(url.protocol)) throw new Error(url.protocol)
  } catch (error) {
    throw new Problem('parameter_invalid', `"${hideToken(text)}" is no address of workers`, {
      hint: 'Give a Jupyter server as http://HOST:8888/?token=…, or a Ray dashboard as http://HOST:8265.',
      cause: error,
    })
  }
  const path = url.pathname.replace(/\/(lab|tree|notebooks)(\/.*)?$/, '').replace(/\/+$/, '')
  return {
    url: `${url.protocol}//${url.host}${path}`,
    name: `${url.host}${path}`,
    token: url.searchParams.get('token') ?? (url.password === '' ? null : url.password),
  }
}

/** The same text, to be shown or kept: without the token or password in it. */
export function hideToken(word: string): string {
  return word.replace(/([?&]token=)(?!\$\{)[^&#]*/g, '$1…').replace(/(:\/\/[^/@:]*:)(?!\$\{)[^/@]*@/, '$1…@')
}

/** The same text for a file that others read: the environment is to hold the secret. */
export function withoutSecret(word: string): string {
  return word.replace(/([?&]token=)(?!\$\{)[^&#]+/g, '$1${JUPYTER_TOKEN}')
}
