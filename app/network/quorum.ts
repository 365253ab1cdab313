/**
 * What a choice of M of N means, if nodes fail and collude independently of one another: an assumption, and said so wherever it shows.
 *
 * Owns: the binomial sums. Units: chances as numbers from 0 to 1.
 */

/** C(n, k), exact for the sizes of a policy (n <= 64) within a double's precision. */
function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) ways = (ways * (n - i + 1)) / i;
  return ways;
}

/** The chance that at least `least` of `n` independent things happen, each with chance `p`. */
export function atLeast(least: number, n: number, p: number): number {
  if (least <= 0) return 1;
  if (least > n) return 0;
  // The shorter tail is summed, so that a chance near 1 keeps its small distance from it.
  let tail = 0;
  const upper = least > n * p;
  for (let k = upper ? least : 0; k <= (upper ? n : least - 1); k++) {
    tail += choose(n, k) * p ** k * (1 - p) ** (n - k);
  }
  return Math.min(1, Math.max(0, upper ? tail : 1 - tail));
}

/** What somebody assumes of a node: the chance that it does not answer when asked, and that it would collude against the owner. */
export interface Assumptions {
  readonly failing: number;
  readonly colluding: number;
}

/**
 * A choice judged: the chance that at least M answer (Bob can open), and that at least M would collude (with Bob, they could keep
 * opening after a revocation; without him even all of them learn nothing).
 */
export interface QuorumChances {
  readonly threshold: number;
  readonly opens: number;
  readonly colludes: number;
}

/** Every threshold from 1 to `shares`, judged. */
export function quorumCurve(shares: number, { failing, colluding }: Assumptions): QuorumChances[] {
  return Array.from({ length: shares }, (_, i) => ({
    threshold: i + 1,
    opens: atLeast(i + 1, shares, 1 - failing),
    colludes: atLeast(i + 1, shares, colluding),
  }));
}

/** The threshold whose greater risk is least: failing to open, or a quorum that colludes. */
export function advised(shares: number, assumptions: Assumptions): number {
  const risk = ({ opens, colludes }: QuorumChances) => Math.max(1 - opens, colludes);
  return quorumCurve(shares, assumptions).reduce((best, one) => (risk(one) < risk(best) ? one : best)).threshold;
}
