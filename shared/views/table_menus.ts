import type { Client } from '../api/client.ts'
import type { TableColumns } from '../api/table_methods.ts'
import { decodeBase64 } from './bytes.ts'
import type { ViewHost } from './host.ts'
import type { ListItem, MenuItem } from './menu.ts'
import { kindOf, ownColumns, titleOf, toggleColumn, togglePin, type TableLayout } from './table_layout.ts'
import type { WindowQuery } from './table_source.ts'

type SetLayout = (layout: TableLayout) => void

/** What can be done with a column. */
export function columnMenu(layout: TableLayout, at: number, set: SetLayout): MenuItem[] {
  const id = layout.columns[at]?.id ?? 'name'
  const sort = (descending: boolean) => (): void => set({ ...layout, sort: [{ by: id, descending }] })
  const also = (): void =>
    set({
      ...layout,
      sort: [...layout.sort.filter(({ by }) => by !== id), { by: id, descending: true }].slice(-8),
    })
  const sortable = !/^tags\./.test(id) || layout.columns.length > 0
  const items: MenuItem[] = []
  if (sortable) {
    items.push(
      { kind: 'do', label: 'Sort: smallest first', icon: 'up', work: sort(false) },
      { kind: 'do', label: 'Sort: largest first', icon: 'low', work: sort(true) },
    )
    if (layout.sort.length > 0)
      items.push({ kind: 'do', label: 'Then sort by this', icon: 'filter', work: also })
  }
  if (kindOf(id) === 'params' || kindOf(id) === 'tags') {
    items.push({
      kind: 'do',
      label: 'Group by this',
      icon: 'columns',
      work: () => set({ ...layout, group: id }),
    })
  }
  if (at > 0) {
    items.push(
      { kind: 'line' },
      {
        kind: 'do',
        label: at < layout.pinned ? 'Unpin' : 'Pin at the left',
        icon: 'pin',
        work: () => set(togglePin(layout, at)),
      },
      { kind: 'do', label: 'Hide', icon: 'close', work: () => set(toggleColumn(layout, id)) },
    )
  }
  return items
}

/** All columns there could be, with those that are shown first. */
export function columnPicker(layout: TableLayout, known: TableColumns, set: SetLayout): ListItem[] {
  const logged = (['metrics', 'params', 'tags'] as const).flatMap((kind) =>
    known[kind].map(({ name, runs }) => ({
      id: `${kind}.${name}`,
      detail: `${kind} · ${runs.toLocaleString('en-US')}`,
    })),
  )
  const own = Object.keys(ownColumns)
    .filter((id) => id !== 'name')
    .map((id) => ({ id, detail: '' }))
  const all = [...own, ...logged.filter(({ id }) => !(id in ownColumns))]
  const shown = new Set(layout.columns.map(({ id }) => id))
  const items = all.map(({ id, detail }) => ({
    label: titleOf(id),
    detail,
    on: shown.has(id),
    toggle: () => set(toggleColumn(layout, id)),
  }))
  return [...items.filter(({ on }) => on), ...items.filter(({ on }) => !on)]
}

/** What runs can be grouped by. */
export function groupChoices(layout: TableLayout, known: TableColumns): { value: string; label: string }[] {
  const params = known.params
    .filter(({ name, varies }) => varies || layout.group === `params.${name}`)
    .slice(0, 30)
    .map(({ name }) => ({ value: `params.${name}`, label: `Group: ${name}` }))
  const own = [
    { value: 'none', label: 'No groups' },
    { value: 'seeds', label: 'Group: differ only by seed' },
    { value: 'experiment', label: 'Group: experiment' },
    { value: 'status', label: 'Group: status' },
  ]
  const all = [...own, ...params]
  const other = layout.group
  return all.some(({ value }) => value === other)
    ? all
    : [...all, { value: other, label: `Group: ${titleOf(other)}` }]
}

/** How the table can be taken away as a file: all of its runs with the columns that are shown. */
export function exportMenu(client: Client, host: ViewHost, query: WindowQuery): MenuItem[] {
  const save = (format: 'csv' | 'arrow') => async (): Promise<void> => {
    const { shown, ...table } = query
    const { base64 } = await client.call('runs.export', {
      ...table,
      ...(shown === undefined ? {} : { shown }),
      format,
    })
    const mime = format === 'csv' ? 'text/csv' : 'application/vnd.apache.arrow.file'
    host.save({ name: `runs.${format}`, mime, content: decodeBase64(base64) })
  }
  return [
    { kind: 'do', label: 'CSV', icon: 'file', work: () => void save('csv')() },
    {
      kind: 'do',
      label: 'Arrow (for pandas, polars, DuckDB)',
      icon: 'file',
      work: () => void save('arrow')(),
    },
  ]
}
