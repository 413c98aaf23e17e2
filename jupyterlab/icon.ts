import { LabIcon } from '@jupyterlab/ui-components'

/** The open book of the sidebar and the tabs, in the theme's colour. */
export const daybookIcon = new LabIcon({
  name: 'daybook:book',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
<path class="jp-icon3" fill="none" stroke="#616161" stroke-width="1.8" stroke-linejoin="round" d="M12 6.5C10.2 5 7.6 4.4 3.5 4.5v13c4.1-.1 6.7.5 8.5 2 1.8-1.5 4.4-2.1 8.5-2v-13C16.4 4.4 13.8 5 12 6.5zm0 0v13"/>
</svg>`,
})
