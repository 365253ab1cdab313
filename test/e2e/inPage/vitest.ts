/**
 * As much of vitest as the tests of lib use, for a page: the same files run in Node by vitest itself and in a browser by this.
 * Owns: suites, hooks, `expect`. A matcher that is not here fails by its name.
 */

/** What the page tells when all has run. */
export interface PageReport {
  readonly passed: number;
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
}

type Run = (...values: never[]) => unknown;

interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly parts: (Suite | { readonly name: string; readonly run: () => unknown })[];
  readonly hooks: Record<'beforeAll' | 'afterAll' | 'beforeEach' | 'afterEach', (() => unknown)[]>;
}

const makeSuite = (name: string, parent?: Suite): Suite => ({
  name,
  parent,
  parts: [],
  hooks: { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] },
});

const top = makeSuite('');
let open = top;

/** Names as vitest makes them of a row: %s and kin in turn, $name of an object. */
function nameOf(pattern: string, row: readonly unknown[], index: number): string {
  let next = 0;
  const [first] = row;
  return pattern
    .replace(/%[sdifjo#%]/g, (sign) => (sign === '%%' ? '%' : sign === '%#' ? String(index) : String(row[next++])))
    .replace(/\$(\w+)/g, (whole, field: string) =>
      typeof first === 'object' && first !== null && field in first
        ? String((first as Record<string, unknown>)[field])
        : whole,
    );
}

function each(register: (name: string, run: () => unknown) => void) {
  return (rows: readonly unknown[]) => (pattern: string, run: Run) => {
    rows.forEach((row, index) => {
      const values = Array.isArray(row) ? (row as unknown[]) : [row];
      register(nameOf(pattern, values, index), () => run(...(values as never[])));
    });
  };
}

function addSuite(name: string, fill: () => unknown): void {
  const suite = makeSuite(name, open);
  open.parts.push(suite);
  open = suite;
  fill();
  open = suite.parent as Suite;
}

/** `run` may come after vitest's options, which a page has no use for. */
function addTest(name: string, ...rest: readonly unknown[]): void {
  open.parts.push({ name, run: rest.find((one) => typeof one === 'function') as () => unknown });
}

export const describe = Object.assign(addSuite, { each: each(addSuite) });
export const it = Object.assign(addTest, { each: each(addTest) });
export const beforeAll = (hook: () => unknown): void => void open.hooks.beforeAll.push(hook);
export const afterAll = (hook: () => unknown): void => void open.hooks.afterAll.push(hook);
export const beforeEach = (hook: () => unknown): void => void open.hooks.beforeEach.push(hook);
export const afterEach = (hook: () => unknown): void => void open.hooks.afterEach.push(hook);

/** Runs one file: what importing it has registered. */
export async function runFile(name: string, load: () => Promise<unknown>): Promise<PageReport> {
  top.parts.length = 0;
  for (const hooks of Object.values(top.hooks)) hooks.length = 0;
  const failed: { name: string; reason: string }[] = [];
  let passed = 0;
  const attempt = async (what: string, run: () => unknown): Promise<boolean> => {
    try {
      await run();
      return true;
    } catch (error) {
      failed.push({ name: `${name}: ${what}`, reason: error instanceof Error ? error.message : String(error) });
      return false;
    }
  };
  const lineage = (suite: Suite): Suite[] => (suite.parent === undefined ? [suite] : [...lineage(suite.parent), suite]);
  const play = async (suite: Suite): Promise<void> => {
    for (const hook of suite.hooks.beforeAll) if (!(await attempt(`${suite.name} beforeAll`, hook))) return;
    for (const part of suite.parts) {
      if ('parts' in part) {
        await play(part);
        continue;
      }
      const around = lineage(suite);
      const held = await attempt(`${suite.name} ${part.name}`, async () => {
        for (const { hooks } of around) for (const hook of hooks.beforeEach) await hook();
        await part.run();
        for (const { hooks } of around.toReversed()) for (const hook of hooks.afterEach) await hook();
      });
      if (held) passed += 1;
    }
    for (const hook of suite.hooks.afterAll) await attempt(`${suite.name} afterAll`, hook);
  };
  if (await attempt('import', load)) await play(top);
  return { passed, failed };
}

/** Deep equality as `toEqual` has it: members that are undefined are not there. */
function equal(a: unknown, b: unknown, part = false): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (!part && Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...b].every(([key, value]) => a.has(key) && equal(a.get(key), value, part));
  }
  if (a instanceof Set && b instanceof Set)
    return a.size === b.size && [...b].every((one) => [...a].some((x) => equal(x, one)));
  if (Array.isArray(a) || ArrayBuffer.isView(a)) {
    const [left, right] = [a, b] as unknown as [ArrayLike<unknown>, ArrayLike<unknown>];
    return left.length === right.length && Array.from(left).every((one, i) => equal(one, right[i], part));
  }
  const fields = (value: object): [string, unknown][] =>
    Object.entries(value).filter(([, field]) => field !== undefined);
  const wanted = Object.entries(b).filter(([, field]) => part || field !== undefined);
  if (!part && fields(a).length !== wanted.length) return false;
  return wanted.every(([name, field]) => equal((a as Record<string, unknown>)[name], field, part));
}

const shown = (value: unknown): string => {
  try {
    return (
      JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one))?.slice(0, 300) ??
      String(value)
    );
  } catch {
    return String(value);
  }
};

function isThrown(error: unknown, want: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error);
  if (want === undefined) return true;
  if (typeof want === 'string') return message.includes(want);
  if (want instanceof RegExp) return want.test(message);
  return typeof want === 'function' ? error instanceof (want as new () => unknown) : equal(error, want, true);
}

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], value);

type Length = { readonly length: number };

/** Whether each matcher holds; the value first, then what it is compared with. */
const matchers: Readonly<Record<string, (value: never, ...wanted: never[]) => boolean>> = {
  toBe: (value, want) => Object.is(value, want),
  toEqual: (value, want) => equal(value, want),
  toStrictEqual: (value, want) => equal(value, want),
  toMatchObject: (value, want) => equal(value, want, true),
  toHaveLength: (value: Length, want) => Object.is(value.length, want),
  toContain: (value: string | Iterable<unknown>, want) =>
    typeof value === 'string' ? value.includes(want) : [...value].includes(want),
  toMatch: (value: string, want: RegExp | string) =>
    typeof want === 'string' ? value.includes(want) : want.test(value),
  toBeUndefined: (value) => value === undefined,
  toBeDefined: (value) => value !== undefined,
  toBeNull: (value) => value === null,
  toBeInstanceOf: (value: unknown, want: new () => unknown) => value instanceof want,
  toBeGreaterThan: (value: number, want: number) => value > want,
  toBeGreaterThanOrEqual: (value: number, want: number) => value >= want,
  toBeLessThan: (value: number, want: number) => value < want,
  toBeLessThanOrEqual: (value: number, want: number) => value <= want,
  toHaveProperty: (value: unknown, path: string) => at(value, path) !== undefined,
};

function judge(name: string, value: unknown, wanted: readonly unknown[], not: boolean, note: string | undefined): void {
  const matcher = matchers[name];
  if (matcher === undefined) throw new Error(`the page has no matcher ${name}`);
  if (matcher(value as never, ...(wanted as never[])) === !not) return;
  const about = note === undefined ? '' : `${note}: `;
  throw new Error(`${about}${shown(value)} ${not ? 'not ' : ''}${name} ${wanted.map(shown).join()}`);
}

/** `toThrow` needs to call; all others compare. */
function said(value: unknown, not: boolean, note: string | undefined): Record<string, (...wanted: unknown[]) => void> {
  return new Proxy({} as Record<string, (...wanted: unknown[]) => void>, {
    get: (_, name: string) => {
      if (name === 'not') return said(value, true, note);
      if (name !== 'toThrow') return (...wanted: unknown[]) => judge(name, value, wanted, not, note);
      return (want: unknown) => {
        let thrown: { readonly error: unknown } | undefined;
        try {
          (value as () => unknown)();
        } catch (error) {
          thrown = { error };
        }
        if ((thrown !== undefined && isThrown(thrown.error, want)) === !not) return;
        throw new Error(`${note ?? ''} threw ${thrown === undefined ? 'nothing' : shown(String(thrown.error))}`);
      };
    },
  });
}

/** The same of what a promise ends with. */
function promised(value: Promise<unknown>, rejects: boolean, not = false) {
  return new Proxy({} as Record<string, unknown>, {
    get: (_, name: string) => {
      if (name === 'not') return promised(value, rejects, true);
      return async (...wanted: unknown[]) => {
        const end = await value.then(
          (result) => ({ ok: true, result }),
          (error: unknown) => ({ ok: false, result: error }),
        );
        if (end.ok === rejects)
          throw new Error(`the promise ${end.ok ? 'resolved' : `rejected: ${String(end.result)}`}`);
        if (name === 'toThrow') {
          if (!isThrown(end.result, wanted[0])) throw new Error(`rejected with ${String(end.result)}`);
        } else judge(name, end.result, wanted, not, undefined);
      };
    },
  });
}

export const expect = Object.assign(
  (value: unknown, note?: string) =>
    new Proxy(said(value, false, note), {
      get: (matching, name: string) => {
        if (name === 'rejects' || name === 'resolves') return promised(value as Promise<unknown>, name === 'rejects');
        return matching[name];
      },
    }),
  {
    fail: (message = 'failed'): never => {
      throw new Error(message);
    },
    unreachable: (message = 'reached'): never => {
      throw new Error(message);
    },
  },
);
