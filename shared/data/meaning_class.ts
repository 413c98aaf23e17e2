/** What a column is to machine learning: SortingHat's nine classes. */
export const meaningClasses = [
  'numeric',
  'categorical',
  'datetime',
  'sentence',
  'url',
  'embedded-number',
  'list',
  'not-generalizable',
  'context-specific',
] as const

/** One of the classes above. */
export type MeaningClass = (typeof meaningClasses)[number]
