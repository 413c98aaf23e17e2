import { join } from 'node:path'

/** Where the data sets that are measured on lie: beside the checkout, or where DAYBOOK_DATA says. */
export const dataFolder = process.env.DAYBOOK_DATA ?? join(import.meta.dirname, '../../../shared/data')
