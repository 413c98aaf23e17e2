import { Problem } from '../base/problem.ts'

/**
 * Refuses what cannot stand in `models:/<name>/<version>` or as a folder's name. Messages are MLflow's, whose
 * users search for them.
 * @throws Problem `parameter_invalid`
 */
export function checkModelName(name: string, parameter = 'name'): void {
  if (name.trim() === '') refuse(`Missing value for required parameter '${parameter}'.`)
  if (/[/:]/.test(name)) refuse(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`)
  if (name === '.' || name === '..') {
    refuse(
      `Invalid value ${JSON.stringify(name)} for parameter '${parameter}' supplied: Names may be treated as files ` +
        `in certain cases, and must not resolve to other names when treated as such. ` +
        `This name would resolve to '${name}'`,
    )
  }
}

/**
 * The number behind a version as clients write it.
 * @throws Problem `parameter_invalid` if it is none
 */
export function parseVersion(version: string): number {
  const number = Number(version)
  if (!/^\s*[-+]?\d+\s*$/.test(version) || !Number.isSafeInteger(number)) {
    refuse(`Parameter 'version' must be an integer, got '${version}'.`)
  }
  return number
}

/** @throws Problem `parameter_invalid` if an alias could be taken for a version or holds other signs than `\w-` */
export function checkAlias(alias: string): void {
  if (alias === '') refuse('Registered model alias name cannot be empty.')
  if (!/^[\p{L}\p{N}_-]*$/u.test(alias)) {
    refuse(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    )
  }
  checkLength('Registered model alias name', 255, alias)
}

/** @throws Problem `parameter_invalid` for an alias that always has a meaning of its own: `latest`, `v1` */
export function checkAliasIsFree(alias: string): void {
  if (alias.toLowerCase() === 'latest') refuse("'latest' alias name (case insensitive) is reserved.")
  if (/^[vV]\d+$/.test(alias)) refuse(`Version alias name '${alias}' is reserved.`)
}

/** @throws Problem `parameter_invalid` for a tag of a registered model or version that is too long or badly named */
export function checkModelTag(key: string, value: string): void {
  checkTagKey(key)
  checkLength('key', 250, key)
  checkLength('value', 100_000, value)
}

/** @throws Problem `parameter_invalid` */
export function checkTagKey(key: string): void {
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(key)) {
    refuse(
      `Invalid value ${JSON.stringify(key)} for parameter 'key' supplied: Names may only contain alphanumerics, ` +
        'underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).',
    )
  }
}

/** @throws Problem `parameter_invalid` */
export function checkLoggedModelName(name: string): void {
  if (name !== '' && !/[/:.%"']/.test(name)) return
  refuse(
    `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the ` +
      `following characters: ('/', ':', '.', '%', '"', "'")`,
  )
}

function checkLength(what: string, limit: number, text: string): void {
  // Counted as Python does, in code points; only a text over the limit in UTF-16 units can be too long.
  if (text.length > limit && Array.from(text).length > limit) {
    refuse(`'${what}' exceeds the maximum length of ${limit} characters`)
  }
}

function refuse(message: string): never {
  throw new Problem('parameter_invalid', message)
}
