import { z } from 'zod'
import type { AuditCheck, AuditEntry } from '../governance/audit_log.ts'
import { method } from './method.ts'

const checkpoint = z.object({ size: z.number().int().min(0), root: z.string().regex(/^[0-9a-f]{64}$/) })

/** About the record of who did what to which model and why. */
export const auditMethods = {
  /** The newest first. `subject` as entries name it; `model bikes` takes its versions along. */
  'audit.list': method(
    z.object({
      limit: z.number().int().min(1).max(100_000).default(50),
      subject: z.string().nullable().default(null),
    }),
  )<AuditEntry[]>(),
  /** Checks every entry, and the whole against all checkpoints taken here and those given. */
  'audit.verify': method(z.object({ checkpoints: z.array(checkpoint).max(100_000).default([]) }))<
    AuditCheck & { path: string }
  >(),
  /** Length and root of the log now, if it is whole. */
  'audit.checkpoint': method(z.object({}))<AuditCheck & { path: string }>(),
}
