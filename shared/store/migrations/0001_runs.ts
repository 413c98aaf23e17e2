/** Experiments, runs and what they log. */
export const runTables = ``
