/** The natural logarithm of the standard normal density's constant, sqrt(2 pi). */
export const logRoot2Pi = 0.918_938_533_204_672_8

/** The standard normal density. */
export function normalPdf(z: number): number {
  return Math.exp(-0.5 * z * z - logRoot2Pi)
}

/** The standard normal distribution function, absolute error below 1e-15. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z * Math.SQRT1_2)
}

/** The logarithm of the distribution function; exact far out on the left, where the function itself is 0. */
export function logNormalCdf(z: number): number {
  if (z > -5) return Math.log(normalCdf(z))
  // A continued fraction of Mills' ratio (Abramowitz and Stegun 26.2.14). The further out, the fewer terms it takes to
  // the last bit: 26 at -5, 12 at -10, 3 at -100.
  let fraction = -z
  for (let term = 2 + Math.ceil(160 / -z); term >= 1; term--) fraction = -z + term / fraction
  return -0.5 * z * z - logRoot2Pi - Math.log(fraction)
}

/** Where the distribution function has this value: Wichura's AS 241, relative error about 1e-16. */
export function normalQuantile(share: number): number {
  if (!(share > 0 && share < 1)) return share === 0 ? -Infinity : share === 1 ? Infinity : NaN
  const q = share - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(middleTop, r)) / polynomial(middleBottom, r)
  }
  const r = Math.sqrt(-Math.log(q < 0 ? share : 1 - share))
  const far =
    r <= 5
      ? polynomial(nearTop, r - 1.6) / polynomial(nearBottom, r - 1.6)
      : polynomial(farTop, r - 5) / polynomial(farBottom, r - 5)
  return q < 0 ? -far : far
}

/** 1 - erf(x), after Cody (Mathematics of Computation 23, 1969). */
export function erfc(x: number): number {
  const size = Math.abs(x)
  if (size <= 0.46875) {
    const square = size * size
    return 1 - (x * polynomial(erfTop, square)) / polynomial(erfBottom, square)
  }
  let result: number
  if (size <= 4) result = (Math.exp(-size * size) * polynomial(erfcTop, size)) / polynomial(erfcBottom, size)
  else if (size > 27) result = 0
  else {
    const inverse = 1 / (size * size)
    const tail = (inverse * polynomial(tailTop, inverse)) / polynomial(tailBottom, inverse)
    result = (Math.exp(-size * size) * (0.564_189_583_547_756_3 - tail)) / size
  }
  return x < 0 ? 2 - result : result
}

/** The first coefficient belongs to the power 0. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let index = coefficients.length - 1; index >= 0; index--)
    sum = sum * x + (coefficients[index] as number)
  return sum
}

const erfTop = [
  3.209377589138469472562e3, 3.774852376853020208137e2, 1.13864154151050155591e2, 3.1611237438705656,
  1.85777706184603153e-1,
]
const erfBottom = [
  2.844236833439170622273e3, 1.282616526077372275645e3, 2.440246379344441724327e2, 2.36012909523441209e1, 1,
]
const erfcTop = [
  1.23033935479799725272e3, 2.05107837782607146532e3, 1.71204761263407058314e3, 8.81952221241769090411e2,
  2.98635138197400131132e2, 6.61191906371416294775e1, 8.88314979438837594118, 5.64188496988670089e-1,
  2.15311535474403846343e-8,
]
const erfcBottom = [
  1.23033935480374942043e3, 3.43936767414372163696e3, 4.3626190901432471582e3, 3.29079923573345962678e3,
  1.62138957456669018874e3, 5.37181101862009857509e2, 1.17693950891312499305e2, 1.57449261107098347253e1, 1,
]
const tailTop = [
  6.58749161529837803157e-4, 1.60837851487422766278e-2, 1.25781726111229246204e-1, 3.60344899949804439429e-1,
  3.05326634961232344035e-1, 1.63153871373020978498e-2,
]
const tailBottom = [
  2.33520497626869185443e-3, 6.05183413124413191178e-2, 5.27905102951428412248e-1, 1.87295284992346725209,
  2.56852019228982242072, 1,
]

const middleTop = [
  3.387132872796366608, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
  4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
]
const middleBottom = [
  1, 4.2313330701600911252e1, 6.871870074920579083e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
  3.930789580009271061e4, 2.8729085735721942674e4, 5.226495278852854561e3,
]
const nearTop = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
  1.27045825245236838258, 2.4178072517745061177e-1, 2.27238449892691845833e-2, 7.7454501427834140764e-4,
]
const nearBottom = [
  1, 2.05319162663775882187, 1.6763848301838038494, 6.8976733498510000455e-1, 1.4810397642748007459e-1,
  1.51986665636164571966e-2, 5.475938084995344946e-4, 1.05075007164441684324e-9,
]
const farTop = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 2.9656057182850489123e-1,
  2.6532189526576123093e-2, 1.2426609473880784386e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
]
const farBottom = [
  1, 5.9983220655588793769e-1, 1.3692988092273580531e-1, 1.48753612908506148525e-2, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
]
