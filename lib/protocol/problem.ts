/**
 * Errors over HTTP: application/problem+json (RFC 9457). Owns: error to problem and back. What a node does not mean to say is
 * E_INTERNAL without any inner text; what it says is its word only and is cut and cleaned before people see it.
 * Source: spec/protocol.md section 7, "Errors".
 */
import { isWireCode, type WireCode, wireCodeOf, wireCodes } from './codes.ts';
import { ProtocolError } from './errors.ts';
import { type Json, parseJson, writeJson } from './json.ts';
import { maxDetailCharacters, maxProblemBytes } from './limits.ts';

export const problemMediaType = 'application/problem+json';

/** The members on the wire. Units: retryAfter seconds. */
export interface Problem {
  readonly type: `urn:dintel:error:${WireCode}`;
  readonly title: string;
  readonly status: number;
  readonly code: WireCode;
  readonly detail: string;
  readonly field?: string;
  readonly requestId: string;
  readonly retryAfter?: number;
  readonly data?: { readonly [member: string]: Json };
}

const clean = (text: string, limit: number): string => {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, ' ');
  // A cut may halve a surrogate pair, and half of one is no text.
  return plain.length <= limit ? plain : `${plain.slice(0, limit - 1).replace(/\p{Surrogate}$/u, '')}…`;
};

/** The wire code of anything thrown: its own, that of its Umbral step, else E_INTERNAL. */
export function wireCodeOfError(error: unknown): WireCode {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return 'E_INTERNAL';
  return isWireCode(code) ? code : (wireCodeOf(code) ?? 'E_INTERNAL');
}

/** Only small public facts cross: scalars and lists of scalars. */
function plainData(data: Readonly<Record<string, unknown>>): { readonly [member: string]: Json } {
  const scalar = (value: unknown): value is string | number | boolean | null =>
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (Number.isSafeInteger(value) && (value as number) >= 0);
  const entries = Object.entries(data).filter(
    ([, value]) => scalar(value) || (Array.isArray(value) && value.every(scalar)),
  );
  return Object.fromEntries(entries.slice(0, 16)) as { readonly [member: string]: Json };
}

/** What a node answers for anything thrown. `title` is the sentence of the code, `detail` names limit and cure. */
export function problemOf(error: unknown, requestId: string): Problem {
  const code = wireCodeOfError(error);
  const { status, sentence } = wireCodes[code];
  const base = { type: `urn:dintel:error:${code}`, title: sentence, status, code, requestId } as const;
  if (!(error instanceof ProtocolError) || code === 'E_INTERNAL') return { ...base, detail: sentence };
  const parts = [
    error.details,
    error.expected === undefined
      ? undefined
      : `Expected ${error.expected}${error.got === undefined ? '' : `, got ${error.got}`}.`,
  ];
  const detail = clean(parts.filter((part) => part !== undefined).join(' ') || sentence, maxDetailCharacters);
  return {
    ...base,
    detail,
    ...(error.field === undefined ? {} : { field: clean(error.field, 128) }),
    ...(error.retryAfter === undefined ? {} : { retryAfter: Math.max(0, Math.ceil(error.retryAfter)) }),
    ...(error.data === undefined ? {} : { data: plainData(error.data) }),
  };
}

const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function encodeProblem(problem: Problem): Uint8Array {
  return writeJson({ ...problem });
}

/**
 * A node's refusal as an error to throw. Never throws itself: what is no problem of ours becomes NODE_REFUSED with the status.
 * `details`, `field` and `data` are the node's word.
 */
export function decodeProblem(bytes: Uint8Array, status: number): ProtocolError {
  const refused = (details: string): ProtocolError => new ProtocolError('NODE_REFUSED', { details, data: { status } });
  if (bytes.length > maxProblemBytes) return refused(`HTTP ${status} with ${bytes.length} bytes.`);
  let value: Json;
  try {
    value = parseJson(bytes);
  } catch {
    return refused(`HTTP ${status} without a reason.`);
  }
  if (!isObject(value)) return refused(`HTTP ${status} without a reason.`);
  const text = (name: string, limit: number): string | undefined => {
    const found = value[name];
    return typeof found === 'string' ? clean(found, limit) : undefined;
  };
  const code = text('code', 64) ?? '';
  const detail = text('detail', maxDetailCharacters);
  if (!isWireCode(code)) return refused(detail ?? `HTTP ${status} with an unknown reason.`);
  const { retryAfter, data } = value;
  return new ProtocolError(code, {
    details: detail,
    field: text('field', 128),
    requestId: text('requestId', 64),
    retryAfter: typeof retryAfter === 'number' ? retryAfter : undefined,
    data: isObject(data) ? { ...data } : undefined,
  });
}
