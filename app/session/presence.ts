/** Whether somebody is at this page. Owns: what counts as that. Owns not: when keys lock themselves (lib's vault). */

const signs = ['pointerdown', 'keydown', 'wheel'] as const;
/** Told at most so often. */
const pauseMs = 5_000;

/** Calls when somebody points, types or scrolls. Returns what ends it. */
export function whenPresent(tell: () => void): () => void {
  const controller = new AbortController();
  let last = Number.NEGATIVE_INFINITY;
  const hear = () => {
    const now = performance.now();
    if (now - last < pauseMs) return;
    last = now;
    tell();
  };
  const { signal } = controller;
  for (const sign of signs) window.addEventListener(sign, hear, { capture: true, passive: true, signal });
  return () => controller.abort();
}
