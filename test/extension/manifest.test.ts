import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { settings, vscodeConfiguration } from '../../shared/api/settings.ts'
import { readProjectFile, readSources } from '../architecture/source.ts'

interface Manifest {
  icon: string
  contributes: {
    commands: { command: string; title: string; category?: string }[]
    menus: Record<string, { command: string; when?: string }[]>
    views: Record<string, { id: string; icon: string }[]>
    viewsWelcome: { view: string; contents: string }[]
    walkthroughs: { steps: { description: string; media: { markdown: string } }[] }[]
    configuration?: unknown
  }
}

const root = join(import.meta.dirname, '..', '..')
const { contributes, icon } = JSON.parse(readProjectFile('extension/manifest.json')) as Manifest
const sources = [...readSources('extension', ['.ts']).values()].join('\n')

describe('the manifest of the VS Code extension', () => {
  const commands = contributes.commands.map(({ command }) => command)

  it('names each command once, and the sources register every one of them', () => {
    assert.deepEqual(commands, [...new Set(commands)])
    for (const command of commands) assert.match(sources, new RegExp(`'${command}'`), command)
  })
  it('lets the palette say "Daybook:" before each command, once', () => {
    for (const { category, title } of contributes.commands) {
      const inPalette = category === undefined ? title : `${category}: ${title}`
      assert.match(inPalette, /^Daybook: (?!Daybook)/)
    }
  })
  it('says "Daybook:" in the menus of files too, which show no category', () => {
    for (const menu of ['explorer/context', 'editor/title/context'])
      for (const { command } of contributes.menus[menu] ?? []) {
        const title = contributes.commands.find((one) => one.command === command)?.title ?? ''
        assert.match(title, /^Daybook: /, menu)
      }
  })
  it('offers in menus, welcomes and the walkthrough only commands that there are', () => {
    const views = Object.values(contributes.views).flat()
    const known = [...commands, ...views.map(({ id }) => `${id}.focus`)]
    const texts = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
    ]
    const linked = texts.flatMap((text) =>
      [...text.matchAll(/command:(daybook[\w.]+)/g)].map(([, name = '']) => name),
    )
    const inMenus = Object.values(contributes.menus)
      .flat()
      .map(({ command }) => command)
    for (const name of [...linked, ...inMenus]) assert.ok(known.includes(name), name)
  })
  it('names only files that there are', () => {
    const files = [
      icon,
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
      ...Object.values(contributes.views)
        .flat()
        .map((view) => view.icon),
    ]
    for (const file of files) assert.ok(existsSync(join(root, 'extension', file)), file)
  })
  it('leaves the settings to the one table, in which the sources find those they ask for', () => {
    assert.equal(contributes.configuration, undefined)
    const { properties } = vscodeConfiguration()
    assert.deepEqual(
      Object.keys(properties),
      Object.keys(settings).map((name) => `daybook.${name}`),
    )
    for (const name of Object.keys(settings))
      assert.match(sources, new RegExp(`setting\\('${name}'\\)`), name)
  })
})
