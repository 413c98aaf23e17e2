/** `3 s ago`, `5 min ago`, `2 d ago`. */
export function formatAge(ms: number): string {
  return `${formatDuration(Math.max(100, ms))} ago`
}

/** `34 ms`, `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d`. */
export function formatDuration(ms: number): string {
  // A tenth of a second would read as none.
  if (ms < 100) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  // Rounded first: 59.7 seconds are a minute, not 60 seconds.
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`
}

/** How long an answer took: `3.9 ms`, `240 ms`; from a second on as `formatDuration`. */
export function formatLatency(ms: number): string {
  if (ms >= 1000) return formatDuration(ms)
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}

/** `312 B`, `4.1 kB`, `2.3 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** Four significant digits, as many as tell two runs apart at a glance; integers whole. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value)
  const text = value.toPrecision(4)
  return text.includes('e') ? text : String(Number(text))
}
