import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { deploymentFiles, deploymentsFolder } from './deployment_files.ts'
import { servingDefaults, type DeploymentRecord } from './revision_spec.ts'

/** A deployment that holds nothing yet. */
export function newDeploymentRecord(name: string, nowMs: number): DeploymentRecord {
  return {
    name,
    revisions: [],
    champion: null,
    canary: null,
    shadow: null,
    former: [],
    settings: servingDefaults,
    createdAtMs: nowMs,
    stopped: false,
    events: [],
  }
}

/** What is kept of a deployment; null if there is nothing, or nothing that can be read. */
export function readDeploymentRecord(stateDir: string, name: string): DeploymentRecord | null {
  try {
    const record = JSON.parse(
      readFileSync(deploymentFiles(stateDir, name).wanted, 'utf8'),
    ) as DeploymentRecord
    return Array.isArray(record.revisions)
      ? { ...record, settings: { ...servingDefaults, ...record.settings } }
      : null
  } catch {
    return null
  }
}

/** All deployments of a project, by name. */
export function listDeploymentRecords(stateDir: string): DeploymentRecord[] {
  let names: string[]
  try {
    names = readdirSync(deploymentsFolder(stateDir)).sort()
  } catch {
    return []
  }
  return names.flatMap((name) => readDeploymentRecord(stateDir, name) ?? [])
}

/** Keeps a deployment, in one step. Only the gateway does that. */
export function writeDeploymentRecord(stateDir: string, record: DeploymentRecord): void {
  const path = deploymentFiles(stateDir, record.name).wanted
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, JSON.stringify(record, null, 1), { mode: 0o600 })
  chmodSync(`${path}.new`, 0o600)
  renameSync(`${path}.new`, path)
}
