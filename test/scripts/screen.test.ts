import assert from 'node:assert/strict'
import { readScreen } from '../../scripts/screen.mjs'
import { renderSvg } from '../../scripts/svg.mjs'

describe('readScreen()', () => {
  it('keeps colours as spans', () => {
    assert.deepEqual(readScreen('\u001b[32m✓\u001b[39m done\r\n'), [
      [
        { text: '✓', style: 'green' },
        { text: ' done', style: 'plain' },
      ],
    ])
  })
  it('shows what stood last where a line was overwritten', () => {
    assert.deepEqual(readScreen('half way…\r\u001b[Kdone'), [[{ text: 'done', style: 'plain' }]])
    assert.deepEqual(readScreen('abcdef\rXY'), [[{ text: 'XYcdef', style: 'plain' }]])
    assert.deepEqual(readScreen('abcdef\r\u001b[2K'), [[]])
  })
})

describe('renderSvg()', () => {
  it('puts each piece between wide gaps in its column, and escapes it', () => {
    const svg = renderSvg([[{ text: 'a  b < c', style: 'plain' }]])
    assert.match(svg, /<text x="16\.0"[^>]*>a<\/text><text x="39\.4"[^>]*>b &lt; c<\/text>/)
  })
})
