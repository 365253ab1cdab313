/** A progress bar for a terminal; on anything else it says nothing. Owns: drawing. Owns not: what is counted. */
const barCells = 24;
const redrawMs = 80;

/** Where it is drawn; standard error is one. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class Progress {
  readonly #title: string;
  readonly #screen: Screen;
  readonly #startedMs = Date.now();
  #drawnMs = 0;
  #isDrawn = false;

  constructor(title: string, screen: Screen) {
    this.#title = title;
    this.#screen = screen;
  }

  /** Bytes or pieces done of a total that may not be known. */
  update(done: number, total: number | undefined, note = ''): void {
    const now = Date.now();
    const isLast = total !== undefined && done >= total;
    if (this.#screen.isTTY !== true || (!isLast && now - this.#drawnMs < redrawMs)) return;
    this.#drawnMs = now;
    const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
    const cells = Math.round((share ?? 0) * barCells);
    const bar =
      share === undefined
        ? ''
        : `${'█'.repeat(cells)}${'░'.repeat(barCells - cells)} ${String(Math.round(share * 100)).padStart(3)} %`;
    this.#draw(`${this.#title}  ${bar}  ${note}`);
  }

  /** A step without a measure. */
  step(note: string): void {
    if (this.#screen.isTTY === true) this.#draw(`${this.#title}  ${note}`);
  }

  /** Clears the line. */
  end(): void {
    if (this.#isDrawn) this.#screen.write('\r\x1b[2K');
    this.#isDrawn = false;
  }

  get seconds(): number {
    return (Date.now() - this.#startedMs) / 1000;
  }

  #draw(line: string): void {
    const width = Math.max(20, (this.#screen.columns ?? 80) - 1);
    this.#screen.write(`\r\x1b[2K${line.slice(0, width)}`);
    this.#isDrawn = true;
  }
}

/** `12.3 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1_000 && unit < units.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return unit === 0 ? `${value} bytes` : `${value.toFixed(1)} ${units[unit]}`;
}
