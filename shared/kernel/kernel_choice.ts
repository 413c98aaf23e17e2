import { Problem } from '../base/problem.ts'
import type { DiscoveredKernel } from './discovery.ts'

/** What a notebook or a user wants to run on. */
export interface WantedKernel {
  /** As a user gives it to `--kernel`: the name of a kernel, its path, or a language; null for none. */
  readonly name: string | null
  /** What the notebook says of itself: `metadata.kernelspec.name` and its language. */
  readonly kernelspec?: { readonly name: string | null; readonly language: string | null }
}

/** The kernel to start, and why it is that one. */
export interface KernelChoice {
  readonly kernel: DiscoveredKernel
  readonly why: string
}

/**
 * Picks the kernel for a notebook: the one asked for; else the one that the notebook names, unless that is the
 * name every Python has ("python3"); else the best of the notebook's language, the project's own first.
 *
 * @param found as discoverKernels() gives them, the best first
 * @throws Problem `kernel_not_found` with what there is, and how to make it usable
 */
export function findKernel(found: readonly DiscoveredKernel[], wanted: WantedKernel): KernelChoice {
  if (wanted.name !== null) return findByName(found, wanted.name)
  const named = wanted.kernelspec?.name ?? null
  const language = (wanted.kernelspec?.language ?? languageOf(found, named) ?? 'python').toLowerCase()
  const isAnyPython = language === 'python' && (named === null || isPythonName(named))
  if (!isAnyPython && named !== null) {
    const kernel = found.find((one) => one.usable && isCalled(one, named))
    if (kernel !== undefined) return { kernel, why: 'the notebook names it' }
  }
  const missing = isAnyPython || named === null ? '' : `; the notebook's own "${named}" is not here`
  const best = bestOf(found, language)
  if (best.source === 'project') return { kernel: best, why: `it is the project's own environment${missing}` }
  if (best.source === 'active') return { kernel: best, why: `it is the active environment${missing}` }
  if (best.source === 'jupyter')
    return { kernel: best, why: `the project was opened in its JupyterLab${missing}` }
  return { kernel: best, why: `it is the first here for ${titleOf(language)}${missing}` }
}

function findByName(found: readonly DiscoveredKernel[], name: string): KernelChoice {
  const exact = found.find((one) => isCalled(one, name))
  if (exact?.usable === true) return { kernel: exact, why: 'it was asked for' }
  if (exact !== undefined) throw unusable(exact)
  // Jupyter calls every Python python3.
  const language = isPythonName(name) ? 'python' : name.toLowerCase()
  if (found.some((one) => one.launch.language === language)) {
    return { kernel: bestOf(found, language), why: `it is the first here for ${titleOf(language)}` }
  }
  throw notFound(`There is no kernel "${name}"`, found)
}

function isPythonName(name: string): boolean {
  return /^python[23]?$/i.test(name)
}

function isCalled({ launch, path }: DiscoveredKernel, name: string): boolean {
  const lower = name.toLowerCase()
  if (launch.name.toLowerCase() === lower || path === name || launch.displayName === name) return true
  // nb_conda_kernels writes these names into notebooks.
  const conda = /^conda-(?:env-(.+)|(?:root|base))-py$/.exec(lower)
  return conda !== null && launch.name.toLowerCase() === `conda:${conda[1] ?? 'base'}`
}

function languageOf(found: readonly DiscoveredKernel[], name: string | null): string | null {
  if (name === null) return null
  const language = found.find((one) => isCalled(one, name))?.launch.language
  return language === undefined || language === '' ? null : language
}

/** The first usable one. But a project's environment that only lacks ipykernel is not passed over in silence. */
function bestOf(found: readonly DiscoveredKernel[], language: string): DiscoveredKernel {
  const candidates = found.filter((one) => one.launch.language === language)
  const first = candidates.find((one) => one.usable || (one.source === 'project' && one.remedy !== undefined))
  if (first?.usable === true) return first
  const other = candidates.find((one) => one.usable && one.source === 'project')
  if (other !== undefined) return other
  if (first !== undefined)
    throw unusable(
      first,
      candidates.find((one) => one.usable),
    )
  const mendable = candidates.find((one) => one.remedy !== undefined)
  if (mendable !== undefined) throw unusable(mendable)
  throw notFound(`There is no kernel for ${titleOf(language)}`, found)
}

function unusable({ launch, problem, remedy }: DiscoveredKernel, instead?: DiscoveredKernel): Problem {
  const mend = remedy === undefined ? 'Choose another kernel' : `Run: ${remedy}`
  const other = instead === undefined ? '' : ` (or use another: --kernel ${instead.launch.name})`
  return new Problem('kernel_not_found', `The kernel "${launch.name}" cannot be started: ${problem ?? ''}`, {
    hint: `${mend}${other}`,
    details: { name: launch.name, problem: problem ?? null, remedy: remedy ?? null },
  })
}

function notFound(message: string, found: readonly DiscoveredKernel[]): Problem {
  const names = found.filter((one) => one.usable).map((one) => one.launch.name)
  const hint =
    names.length === 0 ? 'Install one: python3 -m pip install ipykernel' : `There are: ${names.join(', ')}`
  return new Problem('kernel_not_found', message, { hint, details: { names } })
}

function titleOf(language: string): string {
  const titles: Record<string, string> = { python: 'Python', r: 'R', julia: 'Julia' }
  return titles[language] ?? language
}
