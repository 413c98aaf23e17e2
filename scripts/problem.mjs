/** Something a person can put right: what is wrong, and what to do about it. */
export class SetupProblem extends Error {
  /** @override */
  name = 'SetupProblem'

  /**
   * @param {string} message what is wrong, one sentence
   * @param {string[]} todo what to do about it, a line each, often commands
   * @param {string} [said] the last lines of the program that failed
   */
  constructor(message, todo, said = '') {
    super(message)
    this.todo = todo
    this.said = said
  }
}

/**
 * Writes a failure to stderr: a problem with what to do about it, anything else with its stack.
 * @param {unknown} error
 */
export function tellFailure(error) {
  if (!(error instanceof SetupProblem)) {
    console.error(error)
    return
  }
  if (error.said !== '') console.error(`\n${indent(error.said)}`)
  console.error(`\n${error.message}.`)
  for (const line of error.todo) console.error(`  ${line}`)
}

/**
 * Runs the main part of a script: a failure is told and ends the process with code 1.
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main()
  } catch (error) {
    tellFailure(error)
    process.exitCode = 1
  }
}

/** @param {string} text */
function indent(text) {
  return text.replace(/^/gm, '    | ')
}
