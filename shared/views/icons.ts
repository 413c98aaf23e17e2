import { svg, type TemplateResult } from 'lit'

/** Names of the drawn signs. */
export type IconName = keyof typeof paths

/** Outlines on a field of 16 by 16. */
const paths = {
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.6-1.4L14 14',
  star: 'M8 1.8l1.9 4 4.3.6-3.1 3 .8 4.3L8 11.6l-3.9 2.1.8-4.3-3.1-3 4.3-.6z',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  right: 'M6 3.5L10.5 8 6 12.5',
  down: 'M3.5 6L8 10.5 12.5 6',
  up: 'M8 13V3M4 7l4-4 4 4',
  low: 'M8 3v10M4 9l4 4 4-4',
  trash: 'M2.5 4.5h11M6 4.5V2.5h4v2M4 4.5l.7 9h6.6l.7-9M6.7 7v4M9.3 7v4',
  archive: 'M2 3h12v3H2zM3 6v7.5h10V6M6.5 9h3',
  tag: 'M2 8.5V2h6.5L14 7.5 7.5 14zM5.2 5.200h.01',
  download: 'M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.500h11',
  pin: 'M5.5 2h5l-.5 4.5 2 2.500H4l2-2.500zM8 9v5',
  close: 'M3.5 3.500l9 9M12.5 3.500l-9 9',
  compare: 'M5 2.500v11M11 2.500v11M2 5.500L5 2.500l3 3M8 10.500l3 3 3-3',
  back: 'M10 3.500L5.5 8 10 12.5',
  code: 'M5.5 4.500L2 8l3.5 3.500M10.5 4.500L14 8l-3.5 3.5',
  file: 'M4 1.800h5.200L12.5 5v9.200H4zM9 1.800V5.200h3.5',
  restore: 'M3 8a5 5 0 1 0 1.8-3.800L3 6M3 2.500V6h3.5',
  filter: 'M2 3.500h12M4.5 8h7M6.5 12.500h3',
  edit: 'M3 13l.8-3.200L11 2.6 13.4 5l-7.2 7.200z',
} as const

/** A sign beside or instead of words; where it stands alone, its button carries the words. */
export function icon(name: IconName, filled = false): TemplateResult<2> | TemplateResult {
  return svg`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" fill=${filled ? 'currentColor' : 'none'}>
    <path d=${paths[name]} fill=${filled ? 'currentColor' : 'none'}></path>
  </svg>`
}
