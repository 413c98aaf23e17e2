import type { ModelSearch } from '../../models/model_search.ts'
import { atMost } from './search_limit.ts'
import { integer, listOf, readParams, text } from './validation.ts'

/** What a search of the registry asks for, as models and their versions have it alike. */
export function readModelSearch(
  raw: Record<string, unknown>,
  bounds: { limit: number; fallback: number },
): ModelSearch {
  const params = readParams(raw, {
    filter: text,
    max_results: integer,
    order_by: listOf(text),
    page_token: text,
  })
  return {
    filter: params.filter ?? '',
    orderBy: params.order_by ?? [],
    maxResults: atMost(params.max_results, bounds),
    ...(params.page_token === undefined ? {} : { pageToken: params.page_token }),
  }
}
