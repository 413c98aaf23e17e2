import { dirname } from 'node:path'
import { cachedEnvironment } from '../../../scripts/python.mjs'

/** Makes an environment with what makes charts and widgets, once. @returns its folder */
export async function outputsEnvironment(): Promise<string> {
  const python = await cachedEnvironment('vscode-outputs', [
    'ipykernel==7.*',
    'ipywidgets==8.*',
    'tqdm==4.*',
    'plotly==6.*',
    'nbformat',
    'altair',
    'pandas',
  ])
  return dirname(dirname(python))
}
