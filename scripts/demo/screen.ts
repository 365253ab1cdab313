/**
 * What the demo shows: one line per thing that happened, aligned, quiet where nothing is wrong. Writes to standard error, so that
 * `--json` leaves standard output to one object.
 */
const colour = process.stderr.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = (text: string) => paint(1, text);
export const quiet = (text: string) => paint(2, text);
const good = (text: string) => paint(32, text);
const bad = (text: string) => paint(31, text);

let silent = false;
/** With `--json` the screen stays empty: the caller reads the object. */
export const beSilent = () => {
  silent = true;
};

export const say = (line = '') => {
  if (!silent) process.stderr.write(`${line}\n`);
};

/** A heading with a rule under it. */
export const title = (text: string, note = '') => {
  say();
  say(`  ${bold(text)}${note === '' ? '' : `  ${quiet(note)}`}`);
};

/** One thing that was done: what, how it went, and how long it took. */
export const done = (what: string, detail = '', ms?: number) => {
  const time = ms === undefined ? '' : quiet(`${(ms / 1000).toFixed(1)} s`.padStart(8));
  say(`  ${good('✓')} ${what.padEnd(34)} ${detail.padEnd(44)}${time}`);
};
export const failed = (what: string, detail = '') => say(`  ${bad('✗')} ${what.padEnd(34)} ${detail}`);

/** Runs one thing and shows its line when it is over; while it runs, a terminal shows that it does. */
export async function step<T>(
  what: string,
  work: () => Promise<T>,
  detail: (result: T) => string = () => '',
): Promise<T> {
  const started = performance.now();
  const live = colour && !silent;
  if (live) process.stderr.write(`  ${quiet('·')} ${what} …`);
  const clear = () => {
    if (live) process.stderr.write('\r\u001b[2K');
  };
  try {
    const result = await work();
    clear();
    done(what, detail(result), performance.now() - started);
    return result;
  } catch (error) {
    clear();
    failed(what, error instanceof Error ? error.message : String(error));
    throw error;
  }
}
