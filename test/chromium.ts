import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { skip } from './skip.ts'

const chromiumPath = '/usr/bin/chromium'

/** Skips the test or suite where there is no browser. */
export function needBrowser(context: Mocha.Context): void {
  if (!existsSync(chromiumPath)) skip(context, 'no Chromium: apt-get install chromium fonts-dejavu')
}

/** Debian's Chromium, headless, with nothing that reaches out by itself; closing it closes its windows. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
