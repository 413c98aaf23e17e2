/** Registered models, their versions and aliases, and logged models. */
export const modelTables = ``
