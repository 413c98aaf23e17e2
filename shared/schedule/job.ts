import type { When } from './when.ts'

/** A command that is to run at its times though no editor is open. */
export interface ScheduledJob {
  /** Of letters, digits and dashes; one in a project. */
  name: string
  /** The project folder. */
  root: string
  /** Tells projects apart where their jobs lie side by side: 16 hexadecimal digits. */
  project: string
  when: When
  /** Program and arguments, absolute, as the system is to start them. */
  start: readonly string[]
  /** Variables of the environment that it needs, such as ELECTRON_RUN_AS_NODE where an editor is the Node. */
  environment: Readonly<Record<string, string>>
  /** Where what it prints goes. */
  log: string
}

/** A file that a scheduler reads. */
export interface InstalledFile {
  path: string
  text: string
  /** UTF-8 where it does not say; UTF-16 begins with a byte order mark. */
  encoding?: 'utf16le'
}

/** What a scheduler of the system needs: files, and commands that make it read them. */
export interface Installation {
  files: readonly InstalledFile[]
  /** To switch it on, each program and arguments. */
  on: readonly (readonly string[])[]
  /** To switch it off, before the files are removed. */
  off: readonly (readonly string[])[]
  /** What happens to times at which the machine was off. */
  missed: string
}

/** Schedulers that are known. */
export const schedulers = ['systemd', 'launchd', 'task-scheduler', 'cron'] as const

/** One of them. */
export type Scheduler = (typeof schedulers)[number]

/** How a job is called outside of its project. */
export function jobId({ project, name }: Pick<ScheduledJob, 'project' | 'name'>): string {
  return `daybook-${project}-${name}`
}
