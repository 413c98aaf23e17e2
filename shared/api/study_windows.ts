/** The table of a study's trials asks for so many at a time. */
export const trialWindow = 200

/** The picture of two parameters has so many places along each. */
export const surfaceCells = 32
