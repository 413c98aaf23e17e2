import * as vscode from 'vscode'

/** What we use of the interface of Microsoft's Python extension. */
export interface PythonEnvironments {
  /** `path`: a Python's program, or the folder of an environment that has none. */
  getActiveEnvironmentPath(resource?: vscode.Uri): { path: string }
  updateActiveEnvironmentPath(path: string, resource?: vscode.Uri): Promise<void>
}

/** The environments of the Python extension; null where it is not installed, or too old to tell of them. */
export async function pythonEnvironments(): Promise<PythonEnvironments | null> {
  const api: unknown = await vscode.extensions.getExtension('ms-python.python')?.activate()
  if (!isRecord(api)) return null
  // It finds environments in the background and says when it is done.
  await api['ready']
  const { environments } = api
  if (!isRecord(environments)) return null
  const { getActiveEnvironmentPath, updateActiveEnvironmentPath } = environments
  const isKnown =
    typeof getActiveEnvironmentPath === 'function' && typeof updateActiveEnvironmentPath === 'function'
  return isKnown ? (environments as unknown as PythonEnvironments) : null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
