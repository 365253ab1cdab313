/**
 * Options as callers write them, looked at before anything is done: plain JavaScript has no type checker. Owns: how a shape is said and
 * checked, and shapes that every door shares. Owns not: what a door takes (each door), values of CBOR (`fields.ts`), bodies (`schema.ts`).
 */
import { came, isObject } from './came.ts';
import { type ErrorDetails, ProtocolError } from './errors.ts';

/** What one value must be. `expected` is for people who write the call. */
export interface Shape {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  /** May be left out. */
  readonly optional?: true;
  /** A number as text that came in its place may be shown: no secret belongs near it. */
  readonly shows?: true;
  /** Of every item of a list. */
  readonly each?: Shape;
  /** Of members, by name. */
  readonly of?: Shapes;
}

export type Shapes = Readonly<Record<string, Shape>>;

export const optional = (shape: Shape): Shape => ({ ...shape, optional: true });
export const listOf = (each: Shape): Shape => ({ expected: 'a list', fits: Array.isArray, each });
/** An object with these methods; `expected` says what makes one. */
export const having = (expected: string, ...methods: readonly string[]): Shape => ({
  expected,
  fits: (value) => isObject(value) && methods.every((name) => typeof value[name] === 'function'),
});
/** A whole number. */
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Shape => ({
  expected: most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least}` : `a whole number, ${least} to ${most}`,
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  shows: true,
});

const ofType = (type: string, expected: string): Shape => ({ expected, fits: (value) => typeof value === type });

export const someText = ofType('string', 'text');
export const trueOrFalse: Shape = { ...ofType('boolean', 'true or false'), shows: true };
export const someFunction = ofType('function', 'a function');
export const someObject: Shape = { expected: 'an object', fits: isObject };
export const anAddress: Shape = {
  expected: 'an address: 0x and 40 hex digits',
  fits: (value) => typeof value === 'string' && /^0x[0-9a-f]{40}$/i.test(value),
};
/** What a timer takes. */
export const milliseconds = whole(0, 2 ** 31 - 1);
/** What nearly every verb takes beside its own options. */
export const watching: Shapes = {
  signal: optional({
    expected: 'an AbortSignal: controller.signal',
    fits: (value) => value instanceof AbortSignal,
  }),
  onProgress: optional(someFunction),
};

const asFault = (about: ErrorDetails): Error => new ProtocolError('E_FIELD', about);

/** Throws E_FIELD (or what `fault` makes) with the path of the first value that does not fit. */
export function checkShape(value: unknown, field: string, shape: Shape, fault = asFault): void {
  const { expected, fits, each, of, shows } = shape;
  if (!fits(value)) throw fault({ field, expected, got: came(value, shows) });
  if (each)
    for (const [place, item] of (value as unknown[]).entries()) checkShape(item, `${field}[${place}]`, each, fault);
  if (of) checkMembers(value, `${field}.`, of, fault);
}

/** The same for an object of options, whose members are named as the caller wrote them. */
export function checkOptions(options: unknown, of: Shapes, fault = asFault): void {
  const names = Object.keys(of).filter((name) => !of[name]?.optional);
  checkShape(options, 'options', { ...someObject, expected: `an object: { ${names.join(', ')} }` }, fault);
  checkMembers(options, '', of, fault);
}

function checkMembers(value: unknown, path: string, of: Shapes, fault: typeof asFault): void {
  for (const [name, shape] of Object.entries(of)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member !== undefined || !shape.optional) checkShape(member, path + name, shape, fault);
  }
}
