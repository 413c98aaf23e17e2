import { html, nothing, render, type TemplateResult } from 'lit'
import { icon, type IconName } from './icons.ts'

/** A line of a menu. */
export type MenuItem =
  | { kind: 'line' }
  | { kind: 'title'; label: string }
  | { kind: 'do'; label: string; icon?: IconName; work(): void }

/** A line of a list of things to switch on and off. */
export interface ListItem {
  label: string
  detail: string
  on: boolean
  toggle(): void
}

/** What a menu holds: lines, a searchable list, or a small form. */
export interface MenuContent {
  items?: readonly MenuItem[]
  list?: () => readonly ListItem[]
  form?: { fields: readonly string[]; button: string; submit(values: readonly string[]): unknown }
}

/** Most lines of a list that are drawn; the search finds the others. */
const mostLines = 200

/** Opens a menu under a button. It goes away by Escape, by a click elsewhere, or when something of it was done. */
export function openMenu(
  root: HTMLElement | DocumentFragment,
  button: HTMLElement,
  content: MenuContent,
): void {
  const menu = document.createElement('div')
  menu.className = 'menu'
  menu.popover = 'auto'
  root.append(menu)
  const close = (): void => {
    menu.hidePopover()
    button.focus()
  }
  let search = ''
  const draw = (): void => {
    render(
      html`${content.items?.map((item) => drawItem(item, close)) ?? nothing}
      ${content.form === undefined ? nothing : drawForm(content.form, close)}
      ${content.list === undefined ? nothing : drawList(content.list(), search, (text) => ((search = text), draw()))}`,
      menu,
    )
  }
  draw()
  menu.addEventListener('toggle', (event) => {
    if (event.newState === 'closed') menu.remove()
  })
  menu.addEventListener('keydown', (event) => move(menu, event))
  menu.showPopover()
  const { left, bottom } = button.getBoundingClientRect()
  const { width, height } = menu.getBoundingClientRect()
  menu.style.left = `${Math.max(4, Math.min(left, innerWidth - width - 8))}px`
  menu.style.top = `${Math.max(4, Math.min(bottom + 4, innerHeight - height - 8))}px`
  menu.querySelector<HTMLElement>('input, button')?.focus()
}

function drawItem(item: MenuItem, close: () => void): TemplateResult {
  if (item.kind === 'line') return html`<hr />`
  if (item.kind === 'title') return html`<h4>${item.label}</h4>`
  const work = (): void => {
    close()
    item.work()
  }
  return html`<button @click=${work}>
    ${item.icon === undefined ? nothing : icon(item.icon)} ${item.label}
  </button>`
}

function drawForm(form: NonNullable<MenuContent['form']>, close: () => void): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const inputs = (event.target as HTMLFormElement).querySelectorAll('input')
    close()
    form.submit([...inputs].map((input) => input.value))
  }
  return html`<form class="small-form" @submit=${submit}>
    ${form.fields.map((label) => html`<label>${label}<br /><input required /></label>`)}
    <p><button class="primary">${form.button}</button></p>
  </form>`
}

function drawList(
  items: readonly ListItem[],
  search: string,
  change: (text: string) => void,
): TemplateResult {
  const found = items.filter(({ label }) => label.toLowerCase().includes(search.toLowerCase()))
  const toggle = (item: ListItem) => (): void => {
    item.toggle()
    change(search)
  }
  return html`<input
      type="search"
      aria-label="Find"
      placeholder="Find…"
      style="width: 100%"
      @input=${(event: Event) => change((event.target as HTMLInputElement).value)}
    />
    ${found.slice(0, mostLines).map(
      (item) =>
        html`<button role="menuitemcheckbox" aria-checked=${item.on} @click=${toggle(item)}>
          <input type="checkbox" tabindex="-1" aria-hidden="true" .checked=${item.on} /> ${item.label}
          <span class="muted detail">${item.detail}</span>
        </button>`,
    )}
    ${found.length > mostLines ? html`<h4>${found.length - mostLines} more: search for them</h4>` : nothing}`
}

function move(menu: HTMLElement, event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const all = [...menu.querySelectorAll<HTMLElement>('input[type="search"], button')]
  const root = menu.getRootNode() as Document | ShadowRoot
  const at = all.indexOf(root.activeElement as HTMLElement)
  const next = all[at + (event.key === 'ArrowDown' ? 1 : -1)]
  event.preventDefault()
  next?.focus()
}
