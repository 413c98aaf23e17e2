import { ashaPruner } from './asha_pruner.ts'
import { hyperbandPruner } from './hyperband_pruner.ts'
import { medianPruner, percentilePruner } from './percentile_pruner.ts'
import type { Pruner, PrunerName } from './pruner.ts'
import type { Study } from './trial.ts'
import { wilcoxonPruner } from './wilcoxon_pruner.ts'

/** Ends no trial early. */
export function noPruner(): Pruner {
  return { name: 'none', decide: () => ({ prune: false, says: 'pruning is off' }) }
}

/** The pruner of a name with its defaults, and why it, in a sentence. */
export function choosePruner(name: PrunerName, study: Study): { pruner: Pruner; says: string } {
  const asked = 'as asked for'
  switch (name) {
    case 'none':
      return { pruner: noPruner(), says: asked }
    case 'median':
      return { pruner: medianPruner(), says: asked }
    case 'percentile':
      return { pruner: percentilePruner({ percent: 25 }), says: asked }
    case 'asha':
      return { pruner: ashaPruner(), says: asked }
    case 'hyperband':
      return { pruner: hyperbandPruner(), says: asked }
    case 'wilcoxon':
      return { pruner: wilcoxonPruner(), says: asked }
    case 'auto':
      return chooseFor(study)
  }
}

function chooseFor(study: Study): { pruner: Pruner; says: string } {
  if (study.directions.length > 1) {
    return { pruner: noPruner(), says: 'none: with several objectives no single curve decides' }
  }
  return {
    pruner: ashaPruner(),
    says: 'ASHA, the better half goes on at rungs between 8 % and half of the way: as good in half the steps',
  }
}
