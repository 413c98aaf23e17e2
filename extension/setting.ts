import * as vscode from 'vscode'
import type { SettingName, SettingValue } from '../shared/api/settings.ts'

/** What the user has set, else the default of the table. */
export function setting<N extends SettingName>(name: N): SettingValue<N> {
  return vscode.workspace.getConfiguration('daybook').get(name) as SettingValue<N>
}

/** Changes a setting of the user, for all folders. */
export async function changeSetting<N extends SettingName>(name: N, value: SettingValue<N>): Promise<void> {
  await vscode.workspace.getConfiguration('daybook').update(name, value, vscode.ConfigurationTarget.Global)
}
