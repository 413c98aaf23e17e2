// npm run package:jupyterlab: the wheel for JupyterLab, for this platform, in dist/. It needs nothing beside it.
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from './build.mjs'
import { packageJupyterlab } from './jupyterlab.mjs'
import { runMain } from './problem.mjs'
import { setUp, setupSteps } from './setup.mjs'
import { startSteps } from './steps.mjs'

await runMain(async () => {
  const steps = startSteps(setupSteps + 2)
  await setUp(steps)
  await steps.step('Build', build)
  await steps.step('Package', async (tell) => {
    const path = await packageJupyterlab(tell)
    return `dist/${basename(path)}, ${(statSync(path).size / 1e6).toFixed(1)} MB`
  })
})
