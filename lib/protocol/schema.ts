/**
 * Shapes of JSON as values that check, convert both ways and describe themselves. One definition gives the TypeScript type, the
 * strict validator of the node, the encoder of the client and the JSON Schema of the OpenAPI document.
 * A body is judged in two passes: `shape` first (kinds of containers, unknown and missing members, counts), then contents, so
 * that nothing long is looked at before its number is known to be lawful.
 * Source: spec/protocol.md section 7, first paragraph; research/reliability.md R06 to R12, R28 to R30.
 */
import { checkUint } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { type Address, fromHex, type Hex, isHex, toHex } from './hex.ts';
import type { Json } from './json.ts';

type JsonSchema = { readonly [keyword: string]: Json };

/** A shape. `decode` takes what parseJson gives and throws ProtocolError naming the field; `encode` mirrors it. */
export interface Codec<T> {
  /** Containers, members, counts; nothing of the contents. */
  shape(value: Json, field: string): void;
  decode(value: Json, field: string): T;
  encode(value: T, field: string): Json;
  readonly schema: JsonSchema;
  /** Set by {@link optional}: the member may be absent. */
  readonly isOptional?: true;
}

export interface OptionalCodec<T> extends Codec<T> {
  readonly isOptional: true;
}

export type Value<C> = C extends Codec<infer T> ? T : never;

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value);

function wrong(field: string, expected: string, got: string): never {
  throw new ProtocolError('E_FIELD', { field, expected, got });
}

/** A shape without parts. */
function atom<T>(schema: JsonSchema, decode: Codec<T>['decode'], encode: Codec<T>['encode']): Codec<T> {
  return { shape: () => undefined, decode, encode, schema };
}

function hexLength(value: string): string {
  return /^0x[0-9a-f]*$/.test(value) ? `${value.length - 2} digits` : 'other characters';
}

/** Bytes as lower-case 0x hex. Shape: exactly `length`, or between min and max. Throws E_FIELD. */
export function bytes(length: number | { min: number; max: number }): Codec<Uint8Array> {
  const { min, max } = typeof length === 'number' ? { min: length, max: length } : length;
  const expected =
    min === max ? `0x and ${2 * min} lower-case hex digits` : `0x and ${2 * min} to ${2 * max} lower-case hex digits`;
  const schema = { type: 'string', pattern: '^0x([0-9a-f]{2})*$', minLength: 2 + 2 * min, maxLength: 2 + 2 * max };
  const fits = (count: number): boolean => count >= min && count <= max;
  return atom<Uint8Array>(
    schema,
    (value, field) => {
      if (typeof value !== 'string') return wrong(field, expected, kindOf(value));
      if (!fits(value.length / 2 - 1) || !isHex(value)) return wrong(field, expected, hexLength(value));
      return fromHex(value);
    },
    (value, field) => {
      if (!(value instanceof Uint8Array) || !fits(value.length)) return wrong(field, expected, `${value.length} bytes`);
      return toHex(value);
    },
  );
}

/** A name kept as text: 32-byte hashes and addresses. Throws E_FIELD. */
function name<T extends Hex>(length: number): Codec<T> {
  const expected = `0x and ${2 * length} lower-case hex digits`;
  const check = (value: unknown, field: string): T =>
    isHex(value, length)
      ? (value as T)
      : wrong(field, expected, typeof value === 'string' ? hexLength(value) : kindOf(value));
  return atom<T>({ type: 'string', pattern: `^0x[0-9a-f]{${2 * length}}$` }, check, check);
}

export const hash: Codec<Hex> = name<Hex>(32);
export const address: Codec<Address> = name<Address>(20);

/** A chunk's id: 64 hex digits without 0x. Throws E_FIELD. */
export const chunkId: Codec<string> = text({
  pattern: /^[0-9a-f]{64}$/,
  expected: '64 lower-case hex digits',
  maxBytes: 64,
});

/** A whole number. Throws E_FIELD for another kind, E_NUMBER for another number. */
export function uint(range: { min?: number; max?: number } = {}): Codec<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range;
  const check = (value: unknown, field: string): number => {
    if (typeof value !== 'number') return wrong(field, 'a number', kindOf(value));
    if (!Number.isSafeInteger(value) || Object.is(value, -0) || value < min || value > max) {
      throw new ProtocolError('E_NUMBER', {
        field,
        expected: `a whole number from ${min} to ${max}`,
        got: String(value),
      });
    }
    return value;
  };
  return atom<number>({ type: 'integer', minimum: min, maximum: max }, check, check);
}

export const epoch: Codec<number> = uint({ max: 2 ** 32 - 1 });
/** Seconds since 1970. */
export const seconds: Codec<number> = uint();

/** Wei below 2^bits: a number up to 2^53-1, above that a decimal string; one form for each value. Throws E_FIELD, E_NUMBER. */
export function amount(bits: number): Codec<bigint> {
  const bad = (field: string, got: string): ProtocolError =>
    new ProtocolError('E_NUMBER', {
      field,
      expected: `a whole number below 2^${bits}, above 2^53-1 as a decimal string`,
      got,
    });
  return atom<bigint>(
    {
      oneOf: [
        { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        { type: 'string', pattern: '^[1-9][0-9]{15,}$' },
      ],
    },
    (value, field) => {
      if (typeof value === 'number') {
        if (!Number.isSafeInteger(value) || Object.is(value, -0) || value < 0) throw bad(field, String(value));
        return BigInt(value);
      }
      if (typeof value !== 'string') return wrong(field, 'a number or a decimal string', kindOf(value));
      // 2^256 has 78 digits: the length is bounded before BigInt looks at it.
      if (!/^[1-9][0-9]{15,77}$/.test(value)) throw bad(field, 'another string');
      const large = BigInt(value);
      if (large <= BigInt(Number.MAX_SAFE_INTEGER) || large >> BigInt(bits) !== 0n) throw bad(field, 'out of range');
      return large;
    },
    (value, field) => {
      const checked = checkUint(value, bits, field);
      return checked <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(checked) : String(checked);
    },
  );
}

/** Text of at most `maxBytes` of UTF-8 without control characters. Throws E_FIELD. */
export function text(of: { maxBytes: number; pattern?: RegExp; expected?: string }): Codec<string> {
  const expected = of.expected ?? `text of at most ${of.maxBytes} bytes`;
  const check = (value: unknown, field: string): string => {
    if (typeof value !== 'string') return wrong(field, expected, kindOf(value));
    if (value.length > of.maxBytes || new TextEncoder().encode(value).length > of.maxBytes) {
      return wrong(field, expected, `${value.length} characters`);
    }
    if (/[\p{Cc}\p{Surrogate}]/u.test(value)) return wrong(field, expected, 'control characters');
    if (of.pattern !== undefined && !of.pattern.test(value)) return wrong(field, expected, 'another form');
    return value;
  };
  const schema = {
    type: 'string',
    maxLength: of.maxBytes,
    ...(of.pattern === undefined ? {} : { pattern: of.pattern.source }),
  };
  return atom<string>(schema, check, check);
}

/** One of a few words. Throws E_FIELD. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Codec<Word> {
  const check = (value: unknown, field: string): Word =>
    words.find((word) => word === value) ??
    wrong(field, words.join(' | '), typeof value === 'string' ? 'another word' : kindOf(value));
  return atom<Word>({ type: 'string', enum: words }, check, check);
}

/** `inner` or null. */
export function nullable<T>(inner: Codec<T>): Codec<T | null> {
  return {
    shape: (value, field) => (value === null ? undefined : inner.shape(value, field)),
    decode: (value, field) => (value === null ? null : inner.decode(value, field)),
    encode: (value, field) => (value === null ? null : inner.encode(value, field)),
    schema: { oneOf: [inner.schema, { type: 'null' }] },
  };
}

/** A member that may be absent; null is not absent. */
export function optional<T>(inner: Codec<T>): OptionalCodec<T> {
  return { ...inner, isOptional: true };
}

function listOf(value: Json, field: string): readonly Json[] {
  return Array.isArray(value) ? value : wrong(field, 'a list', kindOf(value));
}

/** A list of min to max items. Throws E_FIELD for another kind, E_COUNT for another number of items. */
export function list<T>(item: Codec<T>, count: { min: number; max: number }): Codec<readonly T[]> {
  const check = (length: number, field: string): void => {
    if (length >= count.min && length <= count.max) return;
    throw new ProtocolError('E_COUNT', { field, expected: `${count.min} to ${count.max} items`, got: String(length) });
  };
  return {
    shape(value, field) {
      const items = listOf(value, field);
      check(items.length, field);
      for (const [i, part] of items.entries()) item.shape(part, `${field}[${i}]`);
    },
    decode: (value, field) => listOf(value, field).map((part, i) => item.decode(part, `${field}[${i}]`)),
    encode(value, field) {
      check(value.length, field);
      return value.map((part, i) => item.encode(part, `${field}[${i}]`));
    },
    schema: { type: 'array', items: item.schema, minItems: count.min, maxItems: count.max },
  };
}

/** Exactly three items of one shape: the keys of a leaf. */
export function triple<T>(item: Codec<T>): Codec<readonly [T, T, T]> {
  const inner = list(item, { min: 3, max: 3 });
  const three = (items: readonly T[]): readonly [T, T, T] => items as readonly [T, T, T];
  return { ...inner, decode: (value, field) => three(inner.decode(value, field)) };
}

type Members = Readonly<Record<string, Codec<unknown>>>;
type OptionalNames<M extends Members> = { [K in keyof M]: M[K] extends { isOptional: true } ? K : never }[keyof M];
type ObjectValue<M extends Members> = {
  readonly [K in Exclude<keyof M, OptionalNames<M>>]: Value<M[K]>;
} & {
  readonly [K in OptionalNames<M>]?: Value<M[K]> | undefined;
};
type Flat<T> = { [K in keyof T]: T[K] };

const isObject = (value: Json): value is { readonly [member: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Exactly these members. Throws E_FIELD_UNKNOWN, E_FIELD for a missing one; at the top E_SCHEMA for what is no object. */
export function object<const M extends Members>(members: M): Codec<Flat<ObjectValue<M>>> {
  const entries = Object.entries(members);
  const inside = (field: string, member: string): string => (field === '' ? member : `${field}.${member}`);
  const required = entries.filter(([, codec]) => codec.isOptional !== true).map(([member]) => member);
  return {
    shape(value, field) {
      if (!isObject(value)) {
        if (field === '') throw new ProtocolError('E_SCHEMA', { expected: 'an object', got: kindOf(value) });
        return wrong(field, 'an object', kindOf(value));
      }
      for (const member of Object.keys(value)) {
        if (Object.hasOwn(members, member)) continue;
        throw new ProtocolError('E_FIELD_UNKNOWN', {
          field: inside(field, member.slice(0, 64)),
          expected: 'no such member',
        });
      }
      for (const [member, codec] of entries) {
        const part = value[member];
        if (part !== undefined) codec.shape(part, inside(field, member));
        else if (codec.isOptional !== true) wrong(inside(field, member), 'this member', 'nothing');
      }
    },
    decode(value, field) {
      if (!isObject(value)) return wrong(field, 'an object', kindOf(value));
      const result: Record<string, unknown> = {};
      for (const [member, codec] of entries) {
        const part = value[member];
        if (part !== undefined) result[member] = codec.decode(part, inside(field, member));
      }
      return result as Flat<ObjectValue<M>>;
    },
    encode(value, field) {
      const given = value as Readonly<Record<string, unknown>>;
      const result: Record<string, Json> = {};
      for (const [member, codec] of entries) {
        const part = given[member];
        if (part !== undefined) result[member] = codec.encode(part, inside(field, member));
        else if (codec.isOptional !== true) wrong(inside(field, member), 'this member', 'nothing');
      }
      return result;
    },
    schema: {
      type: 'object',
      properties: Object.fromEntries(entries.map(([member, codec]) => [member, codec.schema])),
      required,
      additionalProperties: false,
    },
  };
}

/** Both passes over a parsed body. Throws as the parts do. */
export function decodeWith<T>(codec: Codec<T>, value: Json): T {
  codec.shape(value, '');
  return codec.decode(value, '');
}
