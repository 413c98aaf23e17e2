import type { ISettingRegistry } from '@jupyterlab/settingregistry'

/** The user's settings, as `schema/plugin.json` describes them. */
export interface Wishes {
  /** Record what the kernels do that are started from now on. */
  capture: boolean
  /** Keep outputs that kernels write while no page is open, and bring them back. */
  survive: boolean
  /** Show under each cell which runs it made. */
  cellFooters: boolean
  /** With the number that sums the newest of them up. */
  headline: boolean
  /** Mark cells whose outputs may be out of date. */
  staleMarks: boolean
}

/** What holds where no setting says otherwise. */
export const defaultWishes: Wishes = {
  capture: true,
  survive: true,
  cellFooters: true,
  headline: true,
  staleMarks: true,
}

/** Reads them from JupyterLab's settings. */
export function readWishes(settings: ISettingRegistry.ISettings): Wishes {
  const names = Object.keys(defaultWishes) as (keyof Wishes)[]
  return Object.fromEntries(
    names.map((name) => [name, settings.get(name).composite !== false]),
  ) as unknown as Wishes
}
