/** What a page's visitor feels, told by the browser itself: first sight, what jumps, what blocks. Not a test by itself. */
import type { Page } from 'playwright-core';

/** Units: milliseconds since navigation (`seen`) or of one span; shifts as the fraction that the layout-shift standard defines. */
export interface Paint {
  /** When the largest thing was on the screen. */
  readonly seen: number;
  /** Which thing that was: its tag and the beginning of its words. */
  readonly largest: string;
  /** All shifts that nobody asked for, added. */
  readonly shifted: number;
  /** The nodes that jumped, as far as the browser names them. */
  readonly jumped: readonly string[];
  /** The sum of what each long task had above 50 ms. */
  readonly blocked: number;
  /** The longest task that took more than 50 ms. */
  readonly longest: number;
  /** From a click to the next frame, the worst. */
  readonly answered: number;
}

/** A script for the page, before all others. */
export const watchPaint = `
  globalThis.paint = { seen: 0, largest: '', shifted: 0, jumped: [], blocked: 0, longest: 0, answered: 0 };
  for (const [type, hear] of Object.entries({
    'largest-contentful-paint': ({ startTime, element }) => {
      paint.seen = startTime;
      paint.largest = element ? element.localName + ' ' + element.textContent.slice(0, 40) : 'something that is gone';
    },
    'layout-shift': ({ value, hadRecentInput, sources }) => {
      if (hadRecentInput) return;
      paint.shifted += value;
      for (const { node, previousRect: a, currentRect: b } of sources ?? []) {
        const name = node?.outerHTML ?? node?.parentElement?.outerHTML ?? 'something that is gone';
        paint.jumped.push(value.toFixed(4) + ' ' + [a, b].map((r) => [r.x, r.y, r.width, r.height].map(Math.round)).join(' > ') + ' ' + name.slice(0, 90));
      }
    },
    longtask: ({ duration }) => {
      paint.blocked += duration - 50;
      paint.longest = Math.max(paint.longest, duration);
    },
    event: ({ duration, interactionId }) => { if (interactionId) paint.answered = Math.max(paint.answered, duration); },
  })) new PerformanceObserver((list) => list.getEntries().forEach(hear)).observe({ type, buffered: true, durationThreshold: 16 });
`;

/** What the page has told so far. */
export const readPaint = (page: Page): Promise<Paint> =>
  page.evaluate(() => (globalThis as unknown as { paint: Paint }).paint);

/** Resolves when the page's height has not changed for half a second. */
export async function settle(page: Page): Promise<void> {
  let since = Date.now();
  let height = -1;
  for (const start = since; Date.now() - since < 500 && Date.now() - start < 10_000; ) {
    const now = await page.evaluate(() => document.documentElement.scrollHeight);
    if (now !== height) [height, since] = [now, Date.now()];
    await page.waitForTimeout(100);
  }
}
