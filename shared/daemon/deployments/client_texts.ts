/** What a client needs to know. */
export interface ClientFacts {
  /** Address of the deployment; null while nothing serves it. */
  url: string | null
  token: string | null
  /** A body that the model can answer; null if none is known. */
  example: unknown
}

/** A command that gets an answer, to be pasted into a shell; null while nothing serves. */
export function curlText({ url, token, example }: ClientFacts): string | null {
  if (url === null) return null
  const body = JSON.stringify(firstRow(example)).replaceAll("'", "'\\''")
  const authorization = token === null ? '' : ` -H 'Authorization: Bearer ${token}'`
  return `curl ${url}/invocations${authorization} -H 'Content-Type: application/json' -d '${body}'`
}

/** The same in Python, with what its standard library has. */
export function pythonText({ url, token, example }: ClientFacts): string | null {
  if (url === null) return null
  const headers = [
    '"Content-Type": "application/json"',
    ...(token === null ? [] : [`"Authorization": "Bearer ${token}"`]),
  ]
  return [
    'import json, urllib.request',
    '',
    `body = ${pythonLiteral(firstRow(example))}`,
    `request = urllib.request.Request("${url}/invocations", json.dumps(body).encode(), {${headers.join(', ')}})`,
    'print(json.load(urllib.request.urlopen(request))["predictions"])',
  ].join('\n')
}

/** The example, cut to its first row where it is a table. */
function firstRow(example: unknown): unknown {
  const split = (example as { dataframe_split?: { columns?: unknown; data?: unknown[] } } | null)
    ?.dataframe_split
  if (split !== undefined && Array.isArray(split.data))
    return { dataframe_split: { columns: split.columns, data: split.data.slice(0, 1) } }
  return example ?? { dataframe_split: { columns: [], data: [] } }
}

function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`
  if (typeof value === 'object') {
    const pairs = Object.entries(value).map(([key, held]) => `${JSON.stringify(key)}: ${pythonLiteral(held)}`)
    return `{${pairs.join(', ')}}`
  }
  return JSON.stringify(value)
}
