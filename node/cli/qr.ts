/**
 * A QR code in a terminal: two modules above each other in one character, dark on light whatever the theme, since cameras want it so.
 * Owns: drawing. Owns not: the code itself (uqr), what it says.
 */
import { encode } from 'uqr';

/** Black on bright white, and back to what was before. */
const [ink, plain] = ['\x1b[30;107m', '\x1b[0m'];
/** Modules of light around it; the standard asks for 4, and cameras are content with less. */
const border = 3;

/** One string for each line. Throws RangeError for more than a code holds. */
export function qrLines(text: string): string[] {
  const { data } = encode(text, { border });
  const rows: string[] = [];
  for (let y = 0; y < data.length; y += 2) {
    const [above = [], below = []] = [data[y], data[y + 1]];
    const cells = above.map((dark, x) => (dark ? (below[x] ? '█' : '▀') : below[x] ? '▄' : ' '));
    rows.push(`${ink}${cells.join('')}${plain}`);
  }
  return rows;
}
