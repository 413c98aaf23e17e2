import { posix } from 'node:path'
import * as vscode from 'vscode'
import type { StudySummary } from '../../shared/api/study_methods.ts'
import { formatAge, formatNumber } from '../../shared/base/quantity.ts'
import { overOf, studyFacts, studyHeadline } from '../../shared/views/study_text.ts'
import type { Daemon } from '../daemon.ts'
import { ProjectTree } from '../project_tree.ts'

/** A study in the sidebar. */
export interface StudyNode {
  daemon: Daemon
  study: StudySummary
}

/** How many are listed, the newest first. */
const listed = 50

/** The sidebar's list of studies with their state, progress and best. */
export class StudiesTree extends ProjectTree<StudyNode> {
  readonly topic = 'studies.changed'
  /** Ages grow. */
  override readonly lookEveryMs = 30_000

  protected async rows(daemon: Daemon): Promise<StudyNode[]> {
    const studies = await daemon.call('studies.list', { limit: listed })
    return studies.map((study) => ({ daemon, study }))
  }

  protected override children(): Promise<StudyNode[]> {
    return Promise.resolve([])
  }

  override getTreeItem(node: StudyNode): vscode.TreeItem {
    const { study } = node
    const item = new vscode.TreeItem(study.name)
    const best = study.best?.values[0]
    const shown =
      best === undefined ? '' : `${study.settings.objectives[0]?.metric ?? ''} ${formatNumber(best)}`
    const { trials } = study.settings
    const progress = `${overOf(study)}${trials === null ? '' : `/${trials}`}`
    const when = study.endedAtMs === null ? study.state : formatAge(Date.now() - study.endedAtMs)
    const parts = [shown, study.endedAtMs === null ? progress : '', when]
    item.id = study.id
    item.description = parts.filter((part) => part !== '').join(' · ')
    item.iconPath = stateIcon(study)
    item.contextValue =
      study.madeBy === null
        ? `study ${study.endedAtMs === null ? study.state : 'over'}${study.best === null ? '' : ' best'}`
        : 'study told'
    item.tooltip = [
      `${study.name} · ${posix.basename(study.notebook)}`,
      studyHeadline(study),
      studyFacts(study, Date.now()).join(' · '),
    ].join('\n')
    item.command = { command: 'daybook.openStudy', title: 'Open Study', arguments: [node] }
    item.accessibilityInformation = {
      label: `Study ${study.name}, ${study.state}, ${progress} trials, ${shown}`,
    }
    return item
  }
}

function stateIcon({ state }: StudySummary): vscode.ThemeIcon {
  const [icon, colour] = {
    running: ['sync~spin', 'charts.blue'],
    stopping: ['sync~spin', 'charts.blue'],
    paused: ['debug-pause', 'charts.blue'],
    finished: ['pass', 'charts.green'],
    failed: ['error', 'charts.red'],
    cancelled: ['circle-slash', 'charts.orange'],
  }[state] as [string, string]
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour))
}
