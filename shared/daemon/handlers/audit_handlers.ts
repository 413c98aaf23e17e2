import type { Handlers } from '../../api/contract.ts'
import type { AuditTrail } from '../audit.ts'

type AuditHandlers = Pick<Handlers, 'audit.list' | 'audit.verify' | 'audit.checkpoint'>

/** Answers everything about the audit log. */
export function auditHandlers(audit: AuditTrail): AuditHandlers {
  return {
    'audit.list': (wanted) => audit.list(wanted),
    'audit.verify': ({ checkpoints }) => ({ ...audit.verify(checkpoints), path: audit.path }),
    'audit.checkpoint': () => ({ ...audit.checkpoint(), path: audit.path }),
  }
}
