import assert from 'node:assert/strict'
import { plotlyLayout } from '../../extension/renderers/plotly_layout.ts'

const theme = {
  isDark: true,
  isHighContrast: false,
  text: '#cccccc',
  muted: '#999999',
  background: '#1f1f1f',
  grid: 'rgba(204, 204, 204, 0.18)',
  font: 'sans-serif',
}

describe('the layout of a figure of Plotly', () => {
  it('gets the colours of the theme where its author chose no template', () => {
    const layout = {
      title: { text: 'Sales' },
      font: { size: 9 },
      template: {
        data: { bar: [] },
        layout: { plot_bgcolor: '#E5ECF6', xaxis: { gridcolor: 'white', ticks: '' } },
      },
    }
    const painted = plotlyLayout(layout, theme)
    assert.deepEqual(painted['title'], { text: 'Sales' })
    assert.deepEqual(painted['font'], { size: 9 })
    const template = painted['template'] as { data: unknown; layout: Record<string, Record<string, unknown>> }
    assert.deepEqual(template.data, { bar: [] })
    assert.deepEqual(template.layout['font'], { color: '#cccccc', family: 'sans-serif' })
    assert.equal(template.layout['xaxis']!['gridcolor'], theme.grid)
    assert.equal(template.layout['xaxis']!['ticks'], '')
    assert.equal(layout.template.layout.xaxis.gridcolor, 'white')
  })

  it('stays as it is with a template of its own', () => {
    const layout = { template: { layout: { plot_bgcolor: 'rgb(17,17,17)' } }, width: 300 }
    assert.deepEqual(plotlyLayout(layout, theme), { autosize: true, ...layout })
  })
})
