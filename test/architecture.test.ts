import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import {
  badNames,
  danglingImports,
  forbiddenImports,
  type ImportTable,
  importCycles,
  leftMarks,
  longFiles,
  misplacedPackages,
  undocumentedExports,
  unnamedOpeners,
} from './architecture/rules.ts'
import { readProjectFile, readSources, type Sources } from './architecture/source.ts'

/** Who may import whom, beside itself. `api` may also import types from everywhere. */
const may: ImportTable = {
  base: [],
  stats: ['base'],
  notebook: ['base'],
  store: ['base'],
  kernel: ['base', 'notebook'],
  data: ['base', 'stats'],
  labels: ['base', 'stats', 'data'],
  runs: ['base', 'store', 'stats', 'data', 'notebook'],
  tuning: ['base', 'stats'],
  compute: ['base', 'kernel'],
  evaluation: ['base', 'stats', 'data'],
  privacy: ['base', 'stats'],
  schedule: ['base'],
  models: ['base', 'store', 'data', 'runs'],
  governance: ['base', 'runs', 'models'],
  serving: ['base', 'data', 'models'],
  monitor: ['base', 'stats', 'data', 'serving'],
  api: ['base'],
  views: ['api', 'base', 'stats'],
  extension: ['api', 'base', 'views'],
  jupyterlab: ['api', 'base', 'views'],
  daemon: [
    'base',
    'stats',
    'notebook',
    'store',
    'kernel',
    'data',
    'labels',
    'runs',
    'tuning',
    'compute',
    'evaluation',
    'privacy',
    'schedule',
    'models',
    'governance',
    'serving',
    'monitor',
    'api',
  ],
}

/** Which package may be imported where; no other package may be imported at all. */
const packages: Readonly<Record<string, readonly string[]>> = {
  zod: ['shared'],
  zeromq: ['shared/kernel'],
  ws: ['shared/kernel/supervisor', 'shared/kernel/supervisor_connection.ts', 'shared/api', 'shared/daemon'],
  commander: ['shared/daemon/cli'],
  diff: ['shared/runs/compare_cells.ts'],
  yaml: ['shared/models/model_package.ts', 'shared/runs/import_mlruns.ts', 'shared/data', 'shared/daemon'],
  vscode: ['extension'],
  'plotly.js-dist-min': ['extension/renderers'],
  '@jupyter-widgets/base': ['extension/renderers'],
  '@jupyter-widgets/controls': ['extension/renderers'],
  '@jupyter-widgets/html-manager': ['extension/renderers'],
  vega: ['extension/renderers'],
  'vega-embed': ['extension/renderers'],
  '@jupyterlab/application': ['jupyterlab'],
  '@jupyterlab/apputils': ['jupyterlab'],
  '@jupyterlab/cells': ['jupyterlab'],
  '@jupyterlab/filebrowser': ['jupyterlab'],
  '@jupyterlab/launcher': ['jupyterlab'],
  '@jupyterlab/notebook': ['jupyterlab'],
  '@jupyterlab/services': ['jupyterlab'],
  '@jupyterlab/settingregistry': ['jupyterlab'],
  '@jupyterlab/translation': ['jupyterlab'],
  '@jupyterlab/ui-components': ['jupyterlab'],
  '@lumino/widgets': ['jupyterlab'],
  lit: ['shared/views'],
  echarts: ['shared/views'],
  uplot: ['shared/views'],
  'markdown-it': ['shared/views'],
  dompurify: ['shared/views'],
  'apache-arrow': ['shared/data', 'shared/api', 'shared/daemon', 'shared/views', 'shared/monitor'],
  '@duckdb/node-api': ['shared/data'],
  '@stdlib/math-base-special-erfc': ['shared/stats'],
  '@stdlib/math-base-special-gammainc': ['shared/stats'],
  '@stdlib/math-base-special-gammaln': ['shared/stats'],
  'iconv-lite': ['shared/data'],
  nodemailer: ['shared/daemon'],
  pg: ['shared/data'],
  'node:sqlite': [
    'shared/store',
    'shared/base/lock.ts',
    'shared/compute/lease.ts',
    'shared/data/sqlite_file.ts',
    'shared/runs/import_database.ts',
    'shared/daemon/study/import_optuna.ts',
  ],
}

/** Invariant 2: only these open files, sockets or processes. All else is pure. */
const openers: readonly string[] = [
  'extension/daemon.ts',
  'extension/daemons.ts',
  'extension/environment.ts',
  'extension/example.ts',
  'extension/project_tree.ts',
  'extension/python/interpreter.ts',
  'extension/notebook/remedy.ts',
  'shared/api/websocket_wire.ts',
  'shared/base/lock.ts',
  'shared/base/log.ts',
  'shared/base/process.ts',
  'shared/base/project.ts',
  'shared/compute/lease.ts',
  'shared/compute/machine.ts',
  'shared/daemon/audit.ts',
  'shared/daemon/cells/cell_files.ts',
  'shared/daemon/cli/audit.ts',
  'shared/daemon/cli/drift.ts',
  'shared/daemon/cli/exec.ts',
  'shared/daemon/cli/report.ts',
  'shared/daemon/cli/ui.ts',
  'shared/daemon/cli/lint.ts',
  'shared/compute/trial_host.ts',
  'shared/daemon/cli/tune.ts',
  'shared/daemon/cli/schema.ts',
  'shared/daemon/sources.ts',
  'shared/daemon/schedule.ts',
  'shared/daemon/cli/shadow.ts',
  'shared/daemon/cli/watch.ts',
  'shared/daemon/cli/replay.ts',
  'shared/daemon/scoring.ts',
  'shared/daemon/alert_delivery.ts',
  'shared/daemon/monitor.ts',
  'shared/serving/label.ts',
  'shared/data/parquet.ts',
  'shared/data/parquet_main.ts',
  'shared/daemon/daemon.ts',
  'shared/daemon/discovery.ts',
  'shared/daemon/doctor.ts',
  'shared/daemon/frame_lint.ts',
  'shared/daemon/lint_settings_file.ts',
  'shared/daemon/lint_suppression.ts',
  'shared/daemon/ensure.ts',
  'shared/daemon/git.ts',
  'shared/daemon/identity.ts',
  'shared/daemon/mlflow/artifact_file.ts',
  'shared/daemon/notebook_runner.ts',
  'shared/daemon/paused.ts',
  'shared/daemon/process_memory.ts',
  'shared/daemon/remote/find_host.ts',
  'shared/daemon/remote/forward.ts',
  'shared/daemon/remote/jupyter_host.ts',
  'shared/daemon/remote/jupyter_kernel.ts',
  'shared/daemon/remote/ray_request.ts',
  'shared/daemon/remote/worker_bundle.ts',
  'shared/daemon/remote/worker_listener.ts',
  'shared/daemon/study/worker_requests.ts',
  'shared/daemon/project_notebook.ts',
  'shared/daemon/page_files.ts',
  'shared/daemon/server.ts',
  'shared/daemon/spool.ts',
  'shared/daemon/study/import_optuna.ts',
  'shared/daemon/study/open_studies.ts',
  'shared/daemon/handlers/study_handlers.ts',
  'shared/daemon/study/study_file.ts',
  'shared/daemon/state_leftovers.ts',
  'shared/data/csv_file.ts',
  'shared/data/excel_file.ts',
  'shared/data/file_kind.ts',
  'shared/data/frame.ts',
  'shared/data/data_process.ts',
  'shared/data/data_worker.ts',
  'shared/data/load.ts',
  'shared/data/relation.ts',
  'shared/data/wide_csv.ts',
  'shared/data/sqlite_file.ts',
  'shared/kernel/connection.ts',
  'shared/kernel/disk.ts',
  'shared/kernel/launch.ts',
  'shared/kernel/site_packages.ts',
  'shared/kernel/supervisor/channels.ts',
  'shared/kernel/supervisor/hosted_kernel.ts',
  'shared/kernel/supervisor/journal.ts',
  'shared/kernel/supervisor/kernel_process.ts',
  'shared/kernel/supervisor/kernel_record.ts',
  'shared/kernel/supervisor/main.ts',
  'shared/kernel/supervisor/retention.ts',
  'shared/kernel/supervisor/segment.ts',
  'shared/kernel/supervisor/server.ts',
  'shared/kernel/supervisor_client.ts',
  'shared/kernel/supervisor_connection.ts',
  'shared/kernel/supervisor_file.ts',
  'shared/kernel/supervisor_request.ts',
  'shared/notebook/file.ts',
  'shared/runs/artifact.ts',
  'shared/runs/compare.ts',
  'shared/runs/data_copy.ts',
  'shared/runs/export.ts',
  'shared/runs/multipart.ts',
  'shared/runs/export_mlruns.ts',
  'shared/runs/import.ts',
  'shared/runs/import_database.ts',
  'shared/runs/import_mlruns.ts',
  'shared/runs/import_server.ts',
  'shared/runs/search_worker.ts',
  'shared/runs/searcher.ts',
  'shared/runs/retention.ts',
  'shared/runs/run_artifact.ts',
  'shared/daemon/deployments/onnx_conversion.ts',
  'shared/daemon/deployments/model_reference.ts',
  'shared/daemon/deployments/package_files.ts',
  'shared/models/model_package.ts',
  'shared/serving/batch_main.ts',
  'shared/serving/deployment_record.ts',
  'shared/serving/gateway.ts',
  'shared/serving/gateway_client.ts',
  'shared/serving/gateway_file.ts',
  'shared/serving/gateway_main.ts',
  'shared/serving/onnx_model.ts',
  'shared/serving/process_memory.ts',
  'shared/serving/worker_door.ts',
  'shared/serving/worker_process.ts',
  'shared/serving/prediction_log.ts',
  'shared/serving/prediction_segment.ts',
  'shared/serving/roll_main.ts',
  'shared/store/store.ts',
  'shared/store/wal_sync.ts',
  'shared/daemon/export/deployment_export.ts',
  'shared/daemon/settings_part.ts',
  'shared/serving/revision_retention.ts',
  'shared/serving/standalone_main.ts',
  'shared/views/browser.ts',
  'jupyterlab/project.ts',
]

describe('architecture', () => {
  const shared = readSources('shared', ['.ts'])
  const extension = readSources('extension', ['.ts'])
  const jupyterlab = readSources('jupyterlab', ['.ts'])
  const product: Sources = new Map([...shared, ...extension, ...jupyterlab])
  const all: Sources = new Map([
    ...product,
    ...readSources('test', ['.ts', '.py']),
    ...readSources('bench', ['.ts']),
    ...readSources('scripts', ['.mjs', '.cjs']),
    ...readSources('shared', ['.py']),
  ])
  const manifest = JSON.parse(readProjectFile('package.json')) as Manifest

  it('lets a folder import only what the table names', () => {
    none(forbiddenImports(product, may, ['api']))
  })
  it('has no import of a file that is not there', () => none(danglingImports(product)))
  it('has no circle of imports', () => none(importCycles(product)))
  it('imports each package only where it belongs', () => none(misplacedPackages(product, packages)))
  it('opens files, sockets and processes only in the files named', () =>
    none(unnamedOpeners(product, openers)))
  it('has no file of more than 400 lines', () => none(longFiles(all)))
  it('names each file after what is in it', () => {
    const paths = [
      ...product.keys(),
      ...readSources('shared', ['.py']).keys(),
      ...readSources('test', ['.ts']).keys(),
    ]
    none(badNames(paths))
  })
  it('documents every export, and exports nothing as default but what JupyterLab asks for', () =>
    none(undocumentedExports(product).filter((found) => found !== 'jupyterlab/plugin.ts: default export')))
  it('has nothing left undone, skipped or switched off without a reason', () => none(leftMarks(all)))

  it('has the file behind every command of package.json', () => {
    const commands = [
      ...Object.values(manifest.scripts),
      ...Object.values(manifest.bin).map((path) => `node ${path}`),
    ]
    const files = commands.flatMap((command) => command.match(/[\w./-]+\.(mjs|cjs|ts)\b/g) ?? [])
    none(files.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url))))
  })
  it('pins every package to one version, and uses each that the product names', () => {
    const pins = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    none(pins.filter(([, version]) => !/^\d+\.\d+\.\d+(-r\.\d+)?$/.test(version)).map(([name]) => name))
    none(Object.keys(manifest.dependencies).filter((name) => !(name in packages)))
    assert.doesNotMatch(readProjectFile('package-lock.json'), /"resolved"/)
  })
  it('names only commands in the documents that package.json has', () => {
    const texts = ['README.md', 'CONTRIBUTING.md'].map(readProjectFile).join('\n')
    const named = [...texts.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '')
    none(named.filter((name) => !(name in manifest.scripts)))
  })
})

describe('architecture checks', () => {
  const planted = (path: string, text: string): Sources => new Map([[path, text]])

  it('find an import against the direction, by value and by type', () => {
    const value = planted('shared/base/clock.ts', "import { a } from '../runs/run.ts'")
    assert.deepEqual(forbiddenImports(value, may, []), ['shared/base/clock.ts imports shared/runs/run.ts'])
    const type = planted('shared/runs/run.ts', "import type { A } from '../daemon/server.ts'")
    assert.equal(forbiddenImports(type, may, ['api']).length, 1)
    const host = planted('extension/panel.ts', "import { a } from '../shared/runs/run.ts'")
    assert.equal(forbiddenImports(host, may, []).length, 1)
    assert.equal(
      forbiddenImports(planted('shared/api/a.ts', "import '../../extension/a.ts'"), may, []).length,
      1,
    )
    const out = planted('shared/base/clock.ts', "import '../../test/skip.ts'")
    assert.equal(forbiddenImports(out, may, []).length, 1)
  })
  it('find an import of a folder that nobody knows', () => {
    assert.equal(forbiddenImports(planted('shared/attic/a.ts', ''), may, []).length, 1)
  })
  it('allow types from everywhere in api, and values not', () => {
    const type = planted('shared/api/a.ts', "import { type A } from '../runs/run.ts'")
    assert.deepEqual(forbiddenImports(type, may, ['api']), [])
    const value = planted('shared/api/a.ts', "import { type A, b } from '../runs/run.ts'")
    assert.equal(forbiddenImports(value, may, ['api']).length, 1)
  })
  it('find a circle over three files', () => {
    const circle = new Map([
      ['shared/base/a.ts', "import './b.ts'"],
      ['shared/base/b.ts', "export * from './c.ts'"],
      ['shared/base/c.ts', "import type { A } from './a.ts'"],
      ['shared/base/d.ts', "import './a.ts'"],
    ])
    assert.deepEqual(importCycles(circle), [
      'shared/base/a.ts -> shared/base/b.ts -> shared/base/c.ts -> shared/base/a.ts',
    ])
  })
  it('find a file that opens another, a socket or a process', () => {
    for (const text of [
      "import { readFileSync } from 'node:fs'",
      "await import('node:child_process')",
      "import { Dealer } from 'zeromq'",
      "void fetch('http://localhost')",
    ]) {
      assert.equal(unnamedOpeners(planted('shared/base/a.ts', text), []).length, 1, text)
    }
    assert.equal(
      unnamedOpeners(planted('shared/base/a.ts', "import type { Stats } from 'node:fs'"), []).length,
      0,
    )
    assert.equal(unnamedOpeners(planted('shared/base/a.ts', ''), ['shared/base/a.ts']).length, 1)
  })
  it('find an editor in the shared part, and a package out of place', () => {
    for (const name of ['vscode', '@jupyterlab/services', 'left-pad']) {
      assert.equal(
        misplacedPackages(planted('shared/runs/a.ts', `import { a } from '${name}'`), packages).length,
        1,
      )
    }
    assert.equal(
      misplacedPackages(planted('shared/runs/a.ts', "import { Dealer } from 'zeromq'"), packages).length,
      1,
    )
    assert.equal(
      misplacedPackages(planted('shared/runs/a.ts', "import { z } from 'zod'"), packages).length,
      0,
    )
    const parts = planted('shared/views/a.ts', "import * as a from 'echarts/core'\nimport 'lit/b.js'")
    assert.deepEqual(misplacedPackages(parts, packages), [])
  })
  it('find empty names, barrels, long files, bare exports and left marks', () => {
    assert.equal(
      badNames(['shared/a/utils.ts', 'shared/a/index.ts', 'shared/a/runStore.ts', 'shared/a/run.ts']).length,
      3,
    )
    assert.equal(longFiles(planted('a.ts', 'x\n'.repeat(401))).length, 1)
    assert.equal(longFiles(planted('a.ts', 'x\n'.repeat(400))).length, 0)
    assert.equal(
      undocumentedExports(planted('a.ts', 'export const a = 1\n/** b */\nexport const b = 1')).length,
      1,
    )
    assert.equal(undocumentedExports(planted('a.ts', '/** a */\nexport default 1')).length, 1)
    assert.equal(leftMarks(planted('a.ts', `// ${'TO' + 'DO'} later\nit.only('x')\n// ok`)).length, 2)
  })
})

interface Manifest {
  scripts: Record<string, string>
  bin: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

function none(violations: readonly string[]): void {
  assert.equal(violations.length, 0, `\n  ${violations.join('\n  ')}`)
}
