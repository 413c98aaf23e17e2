import { join } from 'node:path'
import { Problem } from '../base/problem.ts'

/** Where everything of one deployment lies. All are absolute paths. */
export interface DeploymentFiles {
  /** `.daybook/deployments/NAME`. */
  folder: string
  /** What is deployed, as it was last asked for. */
  wanted: string
  /** Segments of the prediction log. */
  predictions: string
  /** What turned out to be true, as it was told. */
  labels: string
}

/** Where the deployments of a project lie. @param stateDir the project's `.daybook/` */
export function deploymentsFolder(stateDir: string): string {
  return join(stateDir, 'deployments')
}

/**
 * Where one deployment lies.
 * @throws Problem `parameter_invalid` if the name cannot be one
 */
export function deploymentFiles(stateDir: string, name: string): DeploymentFiles {
  checkDeploymentName(name)
  const folder = join(deploymentsFolder(stateDir), name)
  return {
    folder,
    wanted: join(folder, 'deployment.json'),
    predictions: join(folder, 'predictions'),
    labels: join(folder, 'labels'),
  }
}

/**
 * A deployment's name stands in addresses, file names and Kubernetes: lower case letters, digits and hyphens, at most
 * 63 of them (RFC 1123).
 * @throws Problem `parameter_invalid`
 */
export function checkDeploymentName(name: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name) && !reserved.has(name)) return
  throw new Problem('parameter_invalid', `A deployment cannot be named "${name}"`, {
    hint: reserved.has(name)
      ? "That word is part of the gateway's own addresses: take another one."
      : 'Take lower case letters, digits and hyphens, at most 63, such as "income".',
  })
}

/** First words of the gateway's own addresses. */
const reserved = new Set([
  'v2',
  'ping',
  'health',
  'version',
  'metrics',
  'invocations',
  'openapi',
  'docs',
  'admin',
])
