/** How long changes that come together are waited for. */
const togetherMs = 50

/**
 * Tells when the colours of the page may have changed: what is drawn on a canvas does not see that by itself.
 * @returns what ends it
 */
export function onThemeChange(listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null
  const later = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(listener, togetherMs)
  }
  // An editor changes its theme by attributes of these two.
  const attributes = new MutationObserver(later)
  for (const node of [document.documentElement, document.body]) attributes.observe(node, { attributes: true })
  const wishes = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((wish) => matchMedia(wish))
  for (const wish of wishes) wish.addEventListener('change', later)
  return () => {
    if (timer !== null) clearTimeout(timer)
    attributes.disconnect()
    for (const wish of wishes) wish.removeEventListener('change', later)
  }
}
