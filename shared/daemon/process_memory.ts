import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/**
 * Resident memory of process groups: what a kernel and the workers that it started hold together, in bytes.
 * Pages that several processes of a group share count once for each. Empty where the system does not tell.
 * @param leaders process ids of the groups' leaders
 */
export async function groupMemory(leaders: readonly number[]): Promise<Map<number, number>> {
  if (leaders.length === 0) return new Map()
  const wanted = new Set(leaders)
  const sums = new Map<number, number>()
  for (const { group, rssBytes } of await readProcesses()) {
    if (wanted.has(group)) sums.set(group, (sums.get(group) ?? 0) + rssBytes)
  }
  return sums
}

interface ProcessMemory {
  group: number
  rssBytes: number
}

async function readProcesses(): Promise<ProcessMemory[]> {
  if (process.platform === 'linux') {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readOne(name) : []))
  }
  return process.platform === 'win32' ? [] : parsePs(await ps())
}

/** One process of Linux; none if it ended meanwhile. */
function readOne(pid: string): ProcessMemory[] {
  try {
    // The name in parentheses may hold blanks and parentheses itself: fields are counted from its end.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return rss === undefined ? [] : [{ group: Number(fields[2]), rssBytes: Number(rss) * 1024 }]
  } catch {
    return []
  }
}

function ps(): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', ['-axo', 'pgid=,rss='], (error, stdout) => resolve(error === null ? stdout : ''))
  })
}

/** Lines of `ps -axo pgid=,rss=`, whose unit is 1024 bytes. */
export function parsePs(text: string): ProcessMemory[] {
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)].map(([, group, rss]) => ({
    group: Number(group),
    rssBytes: Number(rss) * 1024,
  }))
}
