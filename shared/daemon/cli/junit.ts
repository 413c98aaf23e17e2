import type { StudySummary, StudyTrial } from '../../api/study_methods.ts'
import { failsIf, type Condition } from './tune_condition.ts'

/** A study as JUnit's XML, which CI systems show: a case a trial, and one a condition of `--fail-if`. */
export function junitReport(
  study: StudySummary,
  trials: readonly StudyTrial[],
  conditions: readonly Condition[],
): string {
  const cases = trials.map((trial) => {
    const name = `trial ${trial.number} ${pointText(trial)}`
    const seconds = ((trial.endedAtMs ?? 0) - (trial.startedAtMs ?? trial.endedAtMs ?? 0)) / 1000
    const skipped = trial.state === 'pruned' || trial.state === 'cancelled'
    const { failure } = trial
    const inner =
      failure !== null
        ? `<failure type="${escape(failure.name)}" message="${escape(failure.message)}">${escape(failure.traceback.join('\n'))}</failure>`
        : skipped
          ? `<skipped message="${escape(trial.says ?? trial.state)}"/>`
          : `<system-out>${escape(trial.values.join(' '))}</system-out>`
    return `    <testcase classname="${escape(study.name)}" name="${escape(name)}" time="${seconds}">${inner}</testcase>`
  })
  const judged = conditions.map((condition) => {
    const inner = failsIf(condition, study) ? `<failure message="${escape(condition.text)}"/>` : ''
    return `    <testcase classname="${escape(study.name)}" name="not ${escape(condition.text)}">${inner}</testcase>`
  })
  const failed = trials.filter(({ failure }) => failure !== null).length
  const broken = conditions.filter((condition) => failsIf(condition, study)).length
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${escape(study.name)}" tests="${cases.length + judged.length}" failures="${failed + broken}">
${[...cases, ...judged].join('\n')}
  </testsuite>
</testsuites>
`
}

function pointText({ point }: StudyTrial): string {
  return Object.entries(point)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ')
}

function escape(text: string): string {
  const plain = Array.from(text, (letter) =>
    (letter.codePointAt(0) ?? 0) < 32 && letter !== '\n' ? ' ' : letter,
  )
  return plain
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
