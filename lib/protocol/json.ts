/**
 * Strict JSON from strangers. Owns: bytes to plain values by RFC 8259 with fewer liberties: UTF-8 only, no byte-order mark, no
 * member twice, no member that could reach a prototype, at most 8 levels, whole numbers up to 2^53-1 and no others. One pass,
 * linear in the length, recursion no deeper than the limit. Owns not: which members there are (schema.ts).
 * Source: spec/protocol.md section 7; research/reliability.md R05, R10 to R13, R18.
 */
import { fromUtf8, utf8 } from './bytes.ts';
import type { CommonCode } from './codes.ts';
import { ProtocolError } from './errors.ts';
import { maxJsonDepth } from './limits.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** Names through which a careless merge would reach a prototype; no member of ours is called so. */
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const anyNumber = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  read(): Json {
    const value = this.#value(0);
    this.#skip();
    if (this.#at !== this.#text.length) throw this.#bad('the end of the body');
    return value;
  }

  #value(depth: number): Json {
    this.#skip();
    const first = this.#text[this.#at];
    if (first === '{') return this.#object(depth + 1);
    if (first === '[') return this.#array(depth + 1);
    if (first === '"') return this.#string();
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #object(depth: number): Json {
    this.#enter(depth);
    // Without a prototype nothing can be inherited and nothing can be set through a name.
    const object: Record<string, Json> = Object.create(null);
    if (this.#take('}')) return object;
    do {
      this.#skip();
      if (this.#text[this.#at] !== '"') throw this.#bad('a member name');
      const name = this.#string();
      this.#path.push(name);
      if (forbidden.has(name)) throw this.#fail('E_JSON', 'another member name');
      if (name in object) throw this.#fail('E_JSON_DUPLICATE', 'each member once');
      this.#expect(':');
      object[name] = this.#value(depth);
      this.#path.pop();
    } while (this.#take(','));
    this.#expect('}');
    return object;
  }

  #array(depth: number): Json {
    this.#enter(depth);
    const list: Json[] = [];
    if (this.#take(']')) return list;
    do {
      this.#path.push(list.length);
      list.push(this.#value(depth));
      this.#path.pop();
    } while (this.#take(','));
    this.#expect(']');
    return list;
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) throw this.#fail('E_DEPTH', `at most ${this.#maxDepth} levels`);
    this.#at++;
  }

  #string(): string {
    const start = this.#at;
    let escaped = false;
    let end = start + 1;
    for (; ; end++) {
      const unit = this.#text.charCodeAt(end);
      if (unit === 0x22) break;
      // NaN at the end of the text fails this comparison too.
      if (!(unit >= 0x20)) {
        this.#at = Math.min(end, this.#text.length);
        throw this.#bad('the end of a string');
      }
      if (unit === 0x5c) {
        escaped = true;
        end++;
      }
    }
    this.#at = end + 1;
    return escaped ? this.#unescape(this.#text.slice(start, end + 1)) : this.#text.slice(start + 1, end);
  }

  #unescape(token: string): string {
    let text: unknown;
    try {
      text = JSON.parse(token);
    } catch {
      throw this.#bad('a string with lawful escapes before');
    }
    // \ud800 alone is valid JSON and no text.
    if (typeof text !== 'string' || /\p{Surrogate}/u.test(text)) throw this.#bad('well-formed text before');
    return text;
  }

  #number(): number {
    const token = this.#match(anyNumber);
    if (token === undefined) throw this.#bad('a value');
    const value = Number(token);
    if (!/^[0-9]+$/.test(token) || !Number.isSafeInteger(value)) {
      throw this.#fail('E_NUMBER', 'a whole number from 0 to 2^53-1, plainly written', token.slice(0, 24));
    }
    return value;
  }

  #skip(): void {
    for (; ; this.#at++) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) return;
    }
  }

  #take(sign: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#bad(`"${sign}"`);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const token = pattern.exec(this.#text)?.[0];
    if (token !== undefined) this.#at += token.length;
    return token;
  }

  #bad(expected: string): ProtocolError {
    const got = this.#at < this.#text.length ? `something else at offset ${this.#at}` : `the end at offset ${this.#at}`;
    return this.#fail('E_JSON', expected, got);
  }

  #fail(code: CommonCode, expected: string, got?: string): ProtocolError {
    const field = this.#path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step.slice(0, 64)}`)).join('');
    return new ProtocolError(code, { field: field === '' ? undefined : field.replace(/^\./, ''), expected, got });
  }
}

/**
 * Objects have no prototype. Throws E_UTF8, E_JSON (with the offset), E_JSON_DUPLICATE, E_DEPTH, E_NUMBER. The caller has
 * bounded the number of bytes.
 */
export function parseJson(bytes: Uint8Array, maxDepth: number = maxJsonDepth): Json {
  const text = fromUtf8(bytes, 'body');
  if (text.startsWith('\ufeff'))
    throw new ProtocolError('E_JSON', { expected: 'no byte-order mark', got: 'one at offset 0' });
  return new Reader(text, maxDepth).read();
}

/** Plain values as UTF-8 JSON without white space. */
export function writeJson(value: Json): Uint8Array {
  return utf8(JSON.stringify(value));
}
