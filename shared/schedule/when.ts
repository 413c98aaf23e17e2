import { Problem } from '../base/problem.ts'

/** When something is to happen, by the machine's local clock. */
export type When =
  | { kind: 'minutes'; every: number }
  | { kind: 'daily'; hour: number; minute: number }
  | { kind: 'weekly'; day: number; hour: number; minute: number }

/** Days as words, Sunday first as in JavaScript and cron. */
export const weekDays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const

/**
 * Reads `hourly`, `every 15 minutes`, `daily 06:30`, `weekly monday 06:30`; without a time it is 06:00.
 * @throws Problem that says how it is written
 */
export function parseWhen(text: string): When {
  const words = text.trim().toLowerCase()
  if (words === 'hourly') return { kind: 'minutes', every: 60 }
  const minutes = /^every (\d+) min(?:ute)?s?$/.exec(words)
  // Only what divides an hour falls on the same minutes under every scheduler.
  if (minutes !== null && 60 % Number(minutes[1]) === 0) return { kind: 'minutes', every: Number(minutes[1]) }
  const found = /^(?:daily|weekly ([a-z]{3,9}))(?: (\d{1,2}):(\d{2}))?$/.exec(words)
  const [hour, minute] = [Number(found?.[2] ?? 6), Number(found?.[3] ?? 0)]
  const day = weekDays.findIndex((name) => found?.[1] !== undefined && name.startsWith(found[1]))
  const isTime = found !== null && hour < 24 && minute < 60
  if (isTime && found[1] === undefined) return { kind: 'daily', hour, minute }
  if (isTime && day >= 0) return { kind: 'weekly', day, hour, minute }
  throw new Problem('bad_request', `"${text}" is no time that can be kept`, {
    hint: 'Say hourly, "every 15 minutes" (what divides an hour), "daily 06:30" or "weekly monday 06:30".',
  })
}

/** It in words that `parseWhen` reads again. */
export function showWhen(when: When): string {
  if (when.kind === 'minutes') return when.every === 60 ? 'hourly' : `every ${when.every} minutes`
  const time = `${String(when.hour).padStart(2, '0')}:${String(when.minute).padStart(2, '0')}`
  return when.kind === 'daily' ? `daily ${time}` : `weekly ${weekDays[when.day] ?? ''} ${time}`
}

/** The first time after a moment, UTC milliseconds. Days of 23 and 25 hours are taken as the local clock has them. */
export function nextTime(when: When, afterMs: number): number {
  const at = new Date(afterMs)
  if (when.kind === 'minutes') {
    at.setSeconds(0, 0)
    at.setMinutes(at.getMinutes() - (at.getMinutes() % when.every) + when.every)
    return at.getTime()
  }
  at.setHours(when.hour, when.minute, 0, 0)
  while (at.getTime() <= afterMs || (when.kind === 'weekly' && at.getDay() !== when.day)) {
    at.setDate(at.getDate() + 1)
    at.setHours(when.hour, when.minute, 0, 0)
  }
  return at.getTime()
}

/**
 * The times between two moments at which it should have happened, the oldest first, at most so many; the one that is
 * happening now (within two minutes) does not count as missed.
 */
export function missedTimes(when: When, lastMs: number, nowMs: number, most = 1000): number[] {
  const missed: number[] = []
  // A run that begins late is that of the last time before it.
  for (let at = nextTime(when, lastMs); at < nowMs - 120_000 && missed.length < most; at = nextTime(when, at))
    missed.push(at)
  return missed
}
