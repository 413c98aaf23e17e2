import type { Handlers } from '../../api/contract.ts'
import { deployThroughGate, promoteThroughGate, type GateParts } from '../gate.ts'

type DeploymentHandlers = Pick<Handlers, Extract<keyof Handlers, `deployments.${string}`>>

/** Answers everything about deployments. Nothing becomes champion in another's place but through the gate. */
export function deploymentHandlers(gate: GateParts): DeploymentHandlers {
  const { deployments } = gate
  return {
    'deployments.list': () => deployments.list(),
    'deployments.show': ({ name }) => deployments.show(name),
    'deployments.deploy': ({ slot, share, settings, reason, override, ...wanted }) =>
      deployThroughGate(
        gate,
        { ...wanted, place: placing(slot, share), settings: withoutUndefined(settings) },
        { reason, override },
      ),
    'deployments.promote': (wanted) => promoteThroughGate(gate, wanted),
    'deployments.ask': ({ name, body }) => deployments.ask(name, body),
    'deployments.batch': (wanted) => deployments.batch(wanted),
    'deployments.export': ({ name, ...wanted }) => deployments.export(name, wanted),
    'deployments.rollback': ({ name, reason }) => deployments.rollback(name, reason),
    'deployments.place': ({ name, slot, revision, share }) =>
      deployments.place(name, revision, placing(slot, share)),
    'deployments.stop': ({ name }) => deployments.stop(name),
    'deployments.up': ({ name, token, ...change }) =>
      deployments.up(name, {
        ...withoutUndefined(change),
        ...(token === undefined ? {} : { needsToken: token }),
      }),
    'deployments.down': () => deployments.down(),
  }
}

function placing<S extends string>(slot: S, share: number | undefined): { slot: S; share?: number } {
  return share === undefined ? { slot } : { slot, share }
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const known = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known) as { [K in keyof T]: Exclude<T[K], undefined> }
}
