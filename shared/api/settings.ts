/** One setting of a user: its name follows `daybook.`. */
export interface Setting {
  type: 'boolean' | 'number' | 'string'
  default: boolean | number | string
  /** Markdown, whole sentences. */
  description: string
  /** Smallest number allowed. */
  minimum?: number
}

/** Every setting of Daybook. Editors' forms and documentation are made from this table. */
export const settings = {
  'notify.done': {
    type: 'boolean',
    default: true,
    description: 'Tell when a long cell is done or has failed while the window is not in front.',
  },
  'notify.doneAfterSeconds': {
    type: 'number',
    default: 120,
    minimum: 1,
    description: 'From how many seconds on a cell counts as long, for `#daybook.notify.done#`.',
  },
} as const satisfies Record<string, Setting>

/** Name of a setting, without `daybook.`. */
export type SettingName = keyof typeof settings

/** The type of a setting's value. */
export type SettingValue<N extends SettingName> = (typeof settings)[N]['default'] extends boolean
  ? boolean
  : (typeof settings)[N]['default'] extends number
    ? number
    : string

/** The table as VS Code's `contributes.configuration`. */
export function vscodeConfiguration(): { title: string; properties: Record<string, object> } {
  const properties = Object.entries<Setting>(settings).map(([name, setting], order) => {
    const { type, default: value, description, minimum } = setting
    const known = { type, default: value, markdownDescription: description, order }
    return [`daybook.${name}`, minimum === undefined ? known : { ...known, minimum }] as const
  })
  return { title: 'Daybook', properties: Object.fromEntries(properties) }
}
