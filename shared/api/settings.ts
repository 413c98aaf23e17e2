/** One setting of a user: its name follows `daybook.`. */
export interface Setting {
  type: 'boolean' | 'number' | 'string'
  default: boolean | number | string
  /** Markdown, whole sentences. */
  description: string
  /** Smallest number allowed. */
  minimum?: number
  /** The texts allowed, each with what it means. */
  choices?: Readonly<Record<string, string>>
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
  'notify.otherKernels': {
    type: 'boolean',
    default: true,
    description:
      'Offer a Daybook kernel, once for each notebook, where a run is recorded of a notebook that runs on a kernel of another extension.',
  },
  'pythonInterpreter.follow': {
    type: 'string',
    default: 'ask',
    choices: {
      ask: 'Ask, once for each Python in a folder.',
      always: 'Always use the Python of the kernel.',
      never: 'Leave the interpreter alone.',
    },
    description:
      "Use the Python of a notebook's Daybook kernel for completion and imports too: sets the interpreter of Microsoft's Python extension for the folder, where that is installed.",
  },
} as const satisfies Record<string, Setting>

/** Name of a setting, without `daybook.`. */
export type SettingName = keyof typeof settings

/** The type of a setting's value. */
export type SettingValue<N extends SettingName> = (typeof settings)[N] extends {
  choices: infer C
}
  ? keyof C
  : (typeof settings)[N]['default'] extends boolean
    ? boolean
    : (typeof settings)[N]['default'] extends number
      ? number
      : string

/** The table as VS Code's `contributes.configuration`. */
export function vscodeConfiguration(): { title: string; properties: Record<string, object> } {
  const properties = Object.entries<Setting>(settings).map(([name, setting], order) => {
    const { type, default: value, description, minimum, choices } = setting
    const known = { type, default: value, markdownDescription: description, order }
    const least = minimum === undefined ? {} : { minimum }
    const allowed =
      choices === undefined
        ? {}
        : { enum: Object.keys(choices), markdownEnumDescriptions: Object.values(choices) }
    return [`daybook.${name}`, { ...known, ...least, ...allowed }] as const
  })
  return { title: 'Daybook', properties: Object.fromEntries(properties) }
}
