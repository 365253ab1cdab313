/** Errors to data and back, so that they cross between page and worker with all that people are told. */
import type { Fault, NodeOutcomeView } from './messages.ts';

/** An error that came from the other side. Reads like one of lib's: `code`, `shortMessage`, `details`, `revert`. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly code: string | undefined;
  readonly shortMessage: string | undefined;
  readonly details: string | undefined;
  readonly retryable: boolean;
  readonly revert: Fault['revert'];
  readonly have: number | undefined;
  readonly need: number | undefined;
  readonly nodes: readonly NodeOutcomeView[];
  readonly evidence: number;
  readonly data: unknown;

  constructor(fault: Fault) {
    super(fault.message);
    this.code = fault.code;
    this.shortMessage = fault.shortMessage;
    this.details = fault.details;
    this.retryable = fault.retryable ?? false;
    this.revert = fault.revert;
    this.have = fault.have;
    this.need = fault.need;
    this.nodes = fault.nodes ?? [];
    this.evidence = fault.evidence ?? 0;
    this.data = fault.data;
  }
}

type Loose = Partial<Record<keyof Fault, unknown>> & { readonly message?: unknown };

/** Whatever was thrown, as data. Never a stack, never a secret: only fields that are made for people. */
export function faultOf(error: unknown): Fault {
  const from = (typeof error === 'object' && error !== null ? error : {}) as Loose;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const count = (value: unknown) => (typeof value === 'number' ? value : undefined);
  const revert = from.revert as { name?: unknown } | undefined;
  // Wallets number their errors; a code is kept as it is where it is a word.
  const code = text(from.code) ?? (count(from.code) === undefined ? undefined : String(from.code));
  return {
    code,
    message: text(from.message) ?? String(error),
    shortMessage: text(from.shortMessage),
    details: text(from.details),
    retryable: from.retryable === true,
    revert: revert === undefined ? undefined : { name: text(revert.name) },
    have: count(from.have),
    need: count(from.need),
    nodes: Array.isArray(from.nodes) ? from.nodes.map(outcomeView) : undefined,
    evidence: Array.isArray(from.evidence) ? from.evidence.length : undefined,
    data: plain(from.data),
  };
}

/** A node's part in a retrieval, as data. */
export const outcomeView = (outcome: {
  readonly key: `0x${string}`;
  readonly state: NodeOutcomeView['state'];
  readonly code?: string;
  readonly ms?: number;
}): NodeOutcomeView => ({ node: outcome.key, state: outcome.state, code: outcome.code, ms: outcome.ms });

/** What a wallet put beside its error: text or plain data only. */
function plain(data: unknown): unknown {
  if (typeof data === 'string') return data;
  if (typeof data !== 'object' || data === null) return undefined;
  try {
    return JSON.parse(JSON.stringify(data)) as unknown;
  } catch {
    return undefined;
  }
}
