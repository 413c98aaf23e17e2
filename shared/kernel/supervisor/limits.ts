import type { OutputLimits } from './ledger.ts'

/** What bounds a supervisor; every one of them can be set when it is started. */
export interface SupervisorLimits extends OutputLimits {
  /** Bytes of all journals of the project together. */
  projectBytes: number
  /** Journals older than this are removed. */
  keepDays: number
  /** Size at which a journal goes on in a new file. */
  segmentBytes: number
  /** How long a kernel may take from its start to its first answer. */
  readyTimeoutMs: number
  /** How long a kernel may take to end when asked, before it is made to. */
  stopTimeoutMs: number
  /** A supervisor without kernels and clients ends after this time. */
  idleEndMs: number
  /** Bytes that may wait for a slow client before it is served from the journal. */
  clientBytes: number
}

/** The limits that hold unless others are given. */
export const defaultLimits: SupervisorLimits = {
  executionBytes: 10_000_000,
  executionTotalBytes: 100_000_000,
  projectBytes: 1_000_000_000,
  keepDays: 7,
  segmentBytes: 8_000_000,
  readyTimeoutMs: 60_000,
  stopTimeoutMs: 5_000,
  idleEndMs: 600_000,
  clientBytes: 1_000_000,
}
