/**
 * The serialized forms. Owns: every byte layout of spec/umbral.md section 10 and the strict frame check. Owns not: what the
 * fields mean (each object checks its own).
 *
 * All objects have one fixed length and fixed MessagePack headers at fixed places, so that "canonical" is a comparison with a
 * template rather than a parser: trailing bytes, longer headers, maps and other encodings have nowhere to hide.
 */
import { copyBytes } from './bytes.ts';
import { UmbralError } from './errors.ts';

type Field<Name extends string> = { readonly name: Name; readonly length: number };
type Part = readonly number[] | Field<string>;
type NameIn<P extends Part> = P extends Field<infer Name> ? Name : never;

export interface Layout<Name extends string> {
  /** Total bytes. */
  readonly length: number;
  /** A private copy of `bytes` whose length and headers are right. Throws `parse`. */
  frame(bytes: Uint8Array): Uint8Array;
  /** The content of one field; a view into `framed`. */
  field(framed: Uint8Array, name: Name): Uint8Array;
  /** The canonical bytes of an object. */
  build(fields: Readonly<Record<Name, Uint8Array>>): Uint8Array;
}

function layout<P extends Part>(object: string, parts: readonly P[]): Layout<NameIn<P>> {
  type Name = NameIn<P>;
  const places = new Map<Name, { start: number; end: number }>();
  const headers: { at: number; byte: number }[] = [];
  let length = 0;
  for (const part of parts as readonly Part[]) {
    if ('name' in part) {
      places.set(part.name as Name, { start: length, end: length + part.length });
      length += part.length;
    } else {
      for (const byte of part) headers.push({ at: length++, byte });
    }
  }
  const field = (framed: Uint8Array, name: Name) => {
    const { start, end } = places.get(name)!;
    return framed.subarray(start, end);
  };
  return {
    length,
    field,
    frame(bytes) {
      const framed = copyBytes(bytes, object, length);
      for (const { at, byte } of headers) {
        if (framed[at] !== byte) {
          throw new UmbralError('parse', {
            field: object,
            expected: `byte 0x${byte.toString(16)} at offset ${at}`,
            got: `0x${framed[at]?.toString(16)}`,
          });
        }
      }
      return framed;
    },
    build(fields) {
      const out = new Uint8Array(length);
      for (const { at, byte } of headers) out[at] = byte;
      for (const [name, { start }] of places) out.set(fields[name], start);
      return out;
    },
  };
}

const BIN = 0xc4;
const raw = <Name extends string>(name: Name, length: number) => [{ name, length }] as const;
/** A bin8 header and its content. */
const bin = <Name extends string>(name: Name, length: number): readonly (readonly number[] | Field<Name>)[] => [
  [BIN, length],
  { name, length },
];
const point = <Name extends string>(name: Name) => bin(name, 33);
const scalar = <Name extends string>(name: Name) => bin(name, 32);
const array = (count: number): readonly (readonly number[])[] => [[0x90 | count]];

/** A boolean of MessagePack as one byte, and back. Throws `parse`. */
export const booleanByte = (value: boolean): Uint8Array => Uint8Array.of(value ? 0xc3 : 0xc2);
export function parseBoolean(byte: Uint8Array, field: string): boolean {
  if (byte[0] === 0xc2 || byte[0] === 0xc3) return byte[0] === 0xc3;
  throw new UmbralError('parse', { field, expected: '0xc2 or 0xc3', got: `0x${byte[0]?.toString(16)}` });
}

export const CAPSULE = /* @__PURE__ */ layout('capsule', [...array(3), ...point('e'), ...point('v'), ...scalar('s')]);

export const CAPSULE_SIMPLE = /* @__PURE__ */ layout('capsule', [...raw('e', 33), ...raw('v', 33), ...raw('s', 32)]);

export const KEY_FRAG = /* @__PURE__ */ layout('kfrag', [
  ...array(5),
  ...array(1),
  ...point('u'),
  ...scalar('id'),
  ...scalar('rk'),
  ...point('x'),
  ...array(5),
  ...point('u1'),
  ...bin('signatureForProxy', 64),
  ...bin('signatureForReceiver', 64),
  ...raw('delegatingKeySigned', 1),
  ...raw('receivingKeySigned', 1),
]);

export const CAPSULE_FRAG = /* @__PURE__ */ layout('cfrag', [
  ...array(5),
  ...point('e1'),
  ...point('v1'),
  ...scalar('id'),
  ...point('x'),
  ...array(6),
  ...point('e2'),
  ...point('v2'),
  ...point('u1'),
  ...point('u2'),
  ...scalar('z'),
  ...bin('signature', 64),
]);

export const CAPSULE_FRAG_SIMPLE = /* @__PURE__ */ layout('cfrag', [
  ...raw('e1', 33),
  ...raw('v1', 33),
  ...raw('id', 32),
  ...raw('x', 33),
  ...raw('e2', 33),
  ...raw('v2', 33),
  ...raw('u1', 33),
  ...raw('u2', 33),
  ...raw('z', 32),
  ...raw('signature', 64),
]);

/** The points of an evidence in their order. Source: spec section 9. */
export const EVIDENCE_POINTS = [
  ...(['e', 'ez', 'e1', 'e1h', 'e2'] as const),
  ...(['v', 'vz', 'v1', 'v1h', 'v2'] as const),
  ...(['uz', 'u1', 'u1h', 'u2'] as const),
] as const;

export type EvidencePoint = (typeof EVIDENCE_POINTS)[number];

export const EVIDENCE = /* @__PURE__ */ layout('evidence', [
  [0xdc, 0x00, 0x10],
  ...EVIDENCE_POINTS.flatMap((name) => point(name)),
  ...scalar('hash'),
  ...raw('signatureV', 1),
]);
