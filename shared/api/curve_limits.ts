/** Points of a curve on a page: more than a chart has pixels. */
export const curvePoints = 1_200
/** Most charts of a page; its box finds the others. */
export const shownCurves = 24
