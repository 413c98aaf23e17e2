import { html, nothing, type LitElement, type TemplateResult } from 'lit'

/** Parts of a page, of which one is shown. */
export interface TabParts<T extends string> {
  /** Titles in their order. */
  titles: Readonly<Record<T, string>>
  now: T
  show(tab: T): void
  /** What stands small beside a title. */
  beside?: Readonly<Partial<Record<T, string>>>
}

/** The row of tabs of a page: a click or the arrow keys lead from one to the next. */
export function tabList<T extends string>(page: LitElement, parts: TabParts<T>): TemplateResult {
  const { titles, now, show, beside } = parts
  const all = Object.keys(titles) as T[]
  const byKey = ({ key }: KeyboardEvent): void => {
    const next = tabByKey(all, now, key)
    if (next === null) return
    show(next)
    void page.updateComplete.then(() => page.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus())
  }
  return html`<nav role="tablist" @keydown=${byKey}>
    ${all.map(
      (tab) =>
        html`<button
          role="tab"
          id="tab-${tab}"
          aria-selected=${tab === now}
          tabindex=${tab === now ? 0 : -1}
          @click=${() => show(tab)}
        >
          ${titles[tab]}${beside?.[tab] === undefined ? nothing : html` <span class="muted">${beside[tab]}</span>`}
        </button>`,
    )}
  </nav>`
}

/** The tab that an arrow key leads to, round at the ends; null for any other key. */
function tabByKey<T>(all: readonly T[], now: T, key: string): T | null {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key]
  return step === undefined ? null : (all[(all.indexOf(now) + step + all.length) % all.length] ?? null)
}
