/** What stands in the place of a value that names a person. */
export const hiddenValue = '•••'
