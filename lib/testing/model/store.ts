/**
 * Where the models keep what they know: named books that can be forked, so that an act which is refused half way, or was only
 * simulated, leaves nothing behind. Owns: copies on reading, writes that wait for `commit`. Owns not: what the books mean.
 */

/** What a model keeps, copied all the way down: numbers, text, lists, sets, maps and plain objects of such. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  let copy: unknown;
  if (Array.isArray(value)) copy = value.map(copyOf);
  else if (value instanceof Set) copy = new Set([...value].map(copyOf));
  else if (value instanceof Map) copy = new Map([...value].map(([key, one]) => [key, copyOf(one)]));
  else copy = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyOf<unknown>(one)]));
  return copy as T;
}

/** A map by text whose values, read through a fork, are copies: changing them changes the fork only. */
export class Book<V> {
  readonly #base: Book<V> | undefined;
  readonly #own = new Map<string, V>();
  readonly #gone = new Set<string>();

  constructor(base?: Book<V>) {
    this.#base = base;
  }

  get(key: string): V | undefined {
    if (this.#own.has(key)) return this.#own.get(key);
    if (this.#gone.has(key)) return undefined;
    const found = this.#base?.get(key);
    if (found === undefined || typeof found !== 'object') return found;
    const copy = copyOf(found);
    this.#own.set(key, copy);
    return copy;
  }

  has(key: string): boolean {
    return this.#own.has(key) || (!this.#gone.has(key) && this.#base?.has(key) === true);
  }

  set(key: string, value: V): void {
    this.#gone.delete(key);
    this.#own.set(key, value);
  }

  delete(key: string): void {
    this.#own.delete(key);
    this.#gone.add(key);
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<[string, V]> {
    for (const key of this.#base?.keys() ?? []) if (this.has(key)) yield [key, this.get(key) as V];
    for (const [key, value] of this.#own) if (this.#base?.has(key) !== true) yield [key, value];
  }

  /** Hand all changes to the base. */
  commit(): void {
    for (const key of this.#gone) this.#base?.delete(key);
    for (const [key, value] of this.#own) this.#base?.set(key, value);
  }

  *keys(): Generator<string> {
    for (const key of this.#base?.keys() ?? []) if (this.has(key)) yield key;
    for (const key of this.#own.keys()) if (this.#base?.has(key) !== true) yield key;
  }
}

/** All books of one state of the chain. */
export class Store {
  readonly #base: Store | undefined;
  readonly #books = new Map<string, Book<never>>();

  constructor(base?: Store) {
    this.#base = base;
  }

  /** The book of that name, the same one each time. A name stands for one type of value. */
  book<V>(name: string): Book<V> {
    let found = this.#books.get(name) as Book<V> | undefined;
    if (found === undefined) {
      found = new Book<V>(this.#base?.book<V>(name));
      this.#books.set(name, found as unknown as Book<never>);
    }
    return found;
  }

  fork(): Store {
    return new Store(this);
  }

  /** Hand all changes to the state that this was forked from. */
  commit(): void {
    for (const book of this.#books.values()) book.commit();
  }
}
