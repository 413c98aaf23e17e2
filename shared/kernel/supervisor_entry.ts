import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The file that runs as the supervisor: in the sources the TypeScript file itself, in a bundle the bundle that
 * lies beside the one that asks.
 */
export function supervisorEntry(): string {
  const here = fileURLToPath(import.meta.url)
  return here.endsWith('.ts')
    ? join(dirname(here), 'supervisor', 'main.ts')
    : join(dirname(here), 'supervisor.mjs')
}
