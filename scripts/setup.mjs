import { fileURLToPath } from 'node:url'
import { checkNode, ensureNodePackages } from './node.mjs'
import { runMain } from './problem.mjs'
import { ensurePythonPackages } from './python.mjs'
import { startSteps } from './steps.mjs'

/** How many steps setUp takes. */
export const setupSteps = 2

/**
 * Everything that this checkout needs to run: npm packages (Node 24 among them) and the Python environment.
 * Takes a few minutes the first time, well under a second when all is there.
 * @param {ReturnType<typeof startSteps>} steps
 * @throws SetupProblem with what to do about it
 */
export async function setUp(steps) {
  checkNode()
  await steps.step('Node packages', ensureNodePackages)
  await steps.step('Python packages', ensurePythonPackages)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(() => setUp(startSteps(setupSteps)))
}
