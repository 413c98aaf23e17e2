import assert from 'node:assert/strict'
import {
  firstLayout,
  groupsOf,
  moveColumn,
  parseLayout,
  resizeColumn,
  shownNames,
  toggleColumn,
  togglePin,
  toggleSort,
} from '../../shared/views/table_layout.ts'

const known = {
  params: [
    { name: 'depth', runs: 9, varies: true },
    { name: 'verbose', runs: 9, varies: false },
  ],
  metrics: [
    { name: 'auc', runs: 9, varies: true },
    { name: 'system/cpu', runs: 9, varies: true },
  ],
  tags: [],
}
const layout = firstLayout(known, 'a.ipynb')
const ids = (of: typeof layout): string[] => of.columns.map(({ id }) => id)

describe('the layout of the table', () => {
  it('shows at first what tells most: metrics, and parameters that vary', () => {
    assert.deepEqual(ids(layout), ['name', 'started', 'duration', 'metrics.auc', 'params.depth'])
    assert.deepEqual(shownNames(layout), { params: ['depth'], metrics: ['auc'], tags: [] })
  })
  it('sorts by a column down, up, and not; with more keeps the others in their places', () => {
    const down = toggleSort(layout, 'metrics.auc', false)
    assert.deepEqual(down.sort, [{ by: 'metrics.auc', descending: true }])
    const two = toggleSort(down, 'params.depth', true)
    assert.deepEqual(two.sort[1], { by: 'params.depth', descending: false })
    const up = toggleSort(two, 'metrics.auc', true)
    assert.deepEqual(up.sort[0], { by: 'metrics.auc', descending: false })
    assert.deepEqual(
      toggleSort(up, 'metrics.auc', true).sort.map(({ by }) => by),
      ['params.depth'],
    )
  })
  it('moves, hides, shows, pins and resizes columns; the first stays', () => {
    assert.deepEqual(ids(moveColumn(layout, 4, 1))[1], 'params.depth')
    assert.equal(toggleColumn(layout, 'name'), layout)
    assert.equal(ids(toggleColumn(layout, 'metrics.auc')).includes('metrics.auc'), false)
    const pinned = togglePin(layout, 3)
    assert.deepEqual([ids(pinned)[1], pinned.pinned], ['metrics.auc', 2])
    assert.equal(togglePin(pinned, 1).pinned, 1)
    assert.equal(resizeColumn(layout, 1, 3).columns[1]?.widthPx, 48)
  })
  it('groups by all parameters but the seed', () => {
    assert.deepEqual(groupsOf({ ...layout, group: 'params.depth' }), [{ kind: 'param', key: 'depth' }])
    const [group] = groupsOf({ ...layout, group: 'seeds' })
    assert.ok(group?.kind === 'params_except' && group.keys.includes('random_state'))
    assert.deepEqual(groupsOf(layout), [])
  })
  it('takes back what a host kept, and nothing else', () => {
    assert.deepEqual(parseLayout({ version: 1, layout }), layout)
    for (const odd of [null, undefined, 3, {}, { version: 2, layout }, { version: 1 }]) {
      assert.equal(parseLayout(odd), null)
    }
  })
})
