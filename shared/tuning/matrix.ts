/** A square matrix row by row. */
export type Matrix = Float64Array

/** What is added to a diagonal that rounding made negative. */
const jitter = 1e-10

/**
 * The lower triangle L with L Lᵀ = a, in place; what stands above the diagonal is left as it is. A diagonal that
 * rounding made negative is lifted to almost nothing.
 */
export function choleskyInPlace(a: Matrix, n: number): void {
  for (let row = 0; row < n; row++) {
    const own = row * n
    for (let column = 0; column <= row; column++) {
      const other = column * n
      let sum = a[own + column] as number
      for (let k = 0; k < column; k++) sum -= (a[own + k] as number) * (a[other + k] as number)
      if (column < row) a[own + column] = sum / (a[other + column] as number)
      else a[own + row] = Math.sqrt(Math.max(sum, jitter))
    }
  }
}

/** Solves L x = b, in place. */
export function solveLower(lower: Matrix, n: number, b: Float64Array): void {
  for (let row = 0; row < n; row++) {
    const own = row * n
    let sum = b[row] as number
    for (let k = 0; k < row; k++) sum -= (lower[own + k] as number) * (b[k] as number)
    b[row] = sum / (lower[own + row] as number)
  }
}

/** Solves Lᵀ x = b, in place. */
export function solveUpper(lower: Matrix, n: number, b: Float64Array): void {
  for (let row = n - 1; row >= 0; row--) {
    const value = (b[row] as number) / (lower[row * n + row] as number)
    b[row] = value
    const own = row * n
    for (let k = 0; k < row; k++) b[k] = (b[k] as number) - value * (lower[own + k] as number)
  }
}

/** The inverse of L Lᵀ, both triangles. */
export function inverseOf(lower: Matrix, n: number): Matrix {
  // Row i of `inner` holds column i of the inverse of L, so that the last product runs along rows.
  const inner = new Float64Array(n * n)
  for (let column = 0; column < n; column++) {
    const own = column * n
    inner[own + column] = 1 / (lower[own + column] as number)
    for (let row = column + 1; row < n; row++) {
      const at = row * n
      let sum = 0
      for (let k = column; k < row; k++) sum -= (lower[at + k] as number) * (inner[own + k] as number)
      inner[own + row] = sum / (lower[at + row] as number)
    }
  }
  const inverse = new Float64Array(n * n)
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = 0
      for (let k = row; k < n; k++) sum += (inner[row * n + k] as number) * (inner[column * n + k] as number)
      inverse[row * n + column] = sum
      inverse[column * n + row] = sum
    }
  }
  return inverse
}
