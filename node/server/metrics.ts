/**
 * Counters, gauges and histograms in Prometheus' text format, version 0.0.4. Owns: names, labels, rendering. Owns not:
 * what is counted, and the loopback listener that shows it (metricsServer.ts).
 * Names carry their unit (`_seconds`, `_bytes`, `_total`); label values come from fixed sets (routes, codes), never from
 * requests, so that the number of rows is bounded and no policy or reader can be read from them.
 */

type Labels = Readonly<Record<string, string>>;

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  rows(): string[];
}

/** A number that only grows, per label set. */
export interface Counter {
  add(labels?: Labels, amount?: number): void;
  value(labels?: Labels): number;
}

/** Durations or sizes in buckets. */
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** Bounds in seconds that suit both a health check (1 ms) and a full batch (several seconds). */
const secondsBuckets: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** All metrics of one process, made where they are used and rendered together. */
export class Metrics {
  readonly #metrics = new Map<string, Metric>();

  counter(name: string, help: string): Counter {
    const values = new Map<string, number>();
    this.#add({ name, help, type: 'counter', rows: () => [...values].map(([key, value]) => `${name}${key} ${value}`) });
    return {
      add: (labels = {}, amount = 1) => {
        const key = braces(labels);
        values.set(key, (values.get(key) ?? 0) + amount);
      },
      value: (labels = {}) => values.get(braces(labels)) ?? 0,
    };
  }

  /** Read when rendered; undefined = no row now. */
  gauge(name: string, help: string, read: () => number | undefined): void {
    this.#add({
      name,
      help,
      type: 'gauge',
      rows: () => {
        const value = read();
        return value === undefined ? [] : [`${name} ${value}`];
      },
    });
  }

  histogram(name: string, help: string, bounds: readonly number[] = secondsBuckets): Histogram {
    const series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();
    this.#add({
      name,
      help,
      type: 'histogram',
      rows: () =>
        [...series.values()].flatMap(({ labels, counts, sum, count }) => [
          ...bounds.map((le, i) => `${name}_bucket${braces({ ...labels, le: String(le) })} ${counts[i]}`),
          `${name}_bucket${braces({ ...labels, le: '+Inf' })} ${count}`,
          `${name}_sum${braces(labels)} ${sum}`,
          `${name}_count${braces(labels)} ${count}`,
        ]),
    });
    return {
      observe: (value, labels = {}) => {
        const key = braces(labels);
        let row = series.get(key);
        if (row === undefined) {
          row = { labels, counts: bounds.map(() => 0), sum: 0, count: 0 };
          series.set(key, row);
        }
        row.sum += value;
        row.count += 1;
        for (const [i, bound] of bounds.entries()) if (value <= bound) row.counts[i] = (row.counts[i] ?? 0) + 1;
      },
    };
  }

  /** The whole page. */
  render(): string {
    const parts: string[] = [];
    for (const metric of this.#metrics.values()) {
      parts.push(`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} ${metric.type}`, ...metric.rows());
    }
    return `${parts.join('\n')}\n`;
  }

  #add(metric: Metric): void {
    if (this.#metrics.has(metric.name)) throw new Error(`metric ${metric.name} exists`);
    this.#metrics.set(metric.name, metric);
  }
}

function braces(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
