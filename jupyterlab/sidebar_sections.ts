import { DataSection } from './data_section.ts'
import { DeploymentsSection } from './deployments_section.ts'
import { KernelsSection } from './kernels_section.ts'
import { MonitoringSection } from './monitoring_section.ts'
import { RunsSection } from './runs_section.ts'
import type { SectionEntry } from './section.ts'
import { StudySection } from './study_section.ts'

/** The sections of the sidebar from top to bottom. A new one is one more entry here. */
export const sections: readonly SectionEntry[] = [
  { id: 'runs', title: (trans) => trans.__('Runs'), make: (parts) => new RunsSection(parts) },
  { id: 'data', title: (trans) => trans.__('Data'), make: (parts) => new DataSection(parts) },
  { id: 'training', title: (trans) => trans.__('Training'), make: (parts) => new StudySection(parts) },
  {
    id: 'deployments',
    title: (trans) => trans.__('Deployments'),
    make: (parts) => new DeploymentsSection(parts),
  },
  {
    id: 'monitoring',
    title: (trans) => trans.__('Monitoring'),
    make: (parts) => new MonitoringSection(parts),
  },
  { id: 'kernels', title: (trans) => trans.__('Kernels'), make: (parts) => new KernelsSection(parts) },
]
