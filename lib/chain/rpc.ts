/**
 * JSON-RPC over HTTP, and the words in which RPCs complain.
 *
 * Owns: one request at a time with a deadline, and the mapping of an RPC's complaint to a `ChainError` code. Owns not:
 * retries (callers), ABI (codec), signing (adapters). Source: JSON-RPC 2.0, EIP-1474, EIP-1193.
 */

import { came, isObject } from '../protocol/came.ts';
import { checkOptions, milliseconds, optional, type Shape, whole } from '../protocol/shapes.ts';
import { isHex } from './address.ts';
import type { Hex } from './chain.ts';
import { ChainError, configError } from './errors.ts';

/** Any EIP-1193 provider, an ethers provider, a viem client or `httpRpc`, seen as one function. */
export interface Rpc {
  request(method: string, params: readonly unknown[]): Promise<unknown>;
}

export const chainIdShape = optional(whole(1));

/** Where the chain is: a URL, or `name`, an object of some library. Throws `chain.config`. */
export function checkPlace(source: unknown, name: string, shape: Shape, path = ''): void {
  const isUrl = isObject(source) && 'rpcUrl' in source;
  const members = isUrl ? { timeoutMs: optional(milliseconds) } : { [name]: shape };
  const shapes = { ...members, chainId: chainIdShape };
  checkOptions(source, shapes, (about) => configError({ ...about, field: `${path}${about.field}` }));
}

/** An error object as an RPC sent it, kept as the cause of a `ChainError`. */
class RpcFailure extends Error {
  override readonly name = 'RpcFailure';
  readonly code: number;
  readonly data: unknown;
  constructor(code: number, message: string, data: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/**
 * JSON-RPC over HTTP. Units: `timeoutMs` for one whole request (default 15,000). The URL may hold an API key, so no
 * error shows more of it than its host. Throws `chain.unreachable`, `chain.timeout`, or `RpcFailure` with the RPC's words.
 */
export function httpRpc(url: string, options: { timeoutMs?: number; fetch?: typeof fetch } = {}): Rpc {
  const { timeoutMs = 15_000 } = options;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  let host: string;
  let target: string;
  try {
    const parsed = new URL(url);
    if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') throw new TypeError('protocol');
    host = parsed.host;
    const { username, password } = parsed;
    // fetch refuses a URL with user and password in it; they belong into a header.
    if (username !== '' || password !== '') headers.authorization = `Basic ${basic(username, password)}`;
    parsed.username = '';
    parsed.password = '';
    target = parsed.href;
  } catch {
    throw configError({
      field: 'rpcUrl',
      expected: 'the URL of a JSON-RPC endpoint: http://… or https://…',
      got: came(url),
    });
  }
  let id = 0;
  return {
    async request(method, params) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params });
      const post = () =>
        (options.fetch ?? fetch)(target, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) });
      let status: number;
      let text: string;
      try {
        // A server may close an idle connection just when we use it again. Nothing was answered then, and every request
        // but one for the RPC's own account may be repeated.
        const response = await post().catch((cause: unknown) => {
          if (!isStaleConnection(cause) || method === 'eth_sendTransaction') throw cause;
          return post();
        });
        status = response.status;
        text = await response.text();
      } catch (cause) {
        if (cause instanceof DOMException && cause.name === 'TimeoutError') {
          throw new ChainError('chain.timeout', `The chain at ${host} gave no answer within ${timeoutMs} ms.`, {
            cause,
          });
        }
        throw new ChainError('chain.unreachable', `The chain at ${host} cannot be reached.`, { cause });
      }
      let answer: { result?: unknown; error?: { code?: unknown; message?: unknown; data?: unknown } } | null;
      try {
        answer = JSON.parse(text);
      } catch (cause) {
        throw new ChainError('chain.unreachable', `The chain at ${host} answered ${status} without JSON.`, { cause });
      }
      if (answer !== null && typeof answer === 'object') {
        const { error } = answer;
        if (error) throw new RpcFailure(Number(error.code ?? 0), String(error.message ?? 'unknown error'), error.data);
        if ('result' in answer) return answer.result;
      }
      throw new ChainError('chain.unreachable', `The chain at ${host} answered ${status} without a result.`);
    },
  };
}

/** User and password as they stand in a URL, for the Authorization header. */
function basic(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return btoa(String.fromCharCode(...bytes));
}

/** Node's fetch names a connection that ended before an answer so; browsers repeat such a request by themselves. */
function isStaleConnection(error: unknown): boolean {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return (
    typeof cause === 'object' &&
    cause !== null &&
    'code' in cause &&
    (cause.code === 'UND_ERR_SOCKET' || cause.code === 'ECONNRESET')
  );
}

/**
 * Find what a library or an RPC hid in an exception: the bytes of a revert, the RPC's code, and all its words.
 * Libraries nest (`info.error`, `cause`, `data.data`), each in its own way; so look down a few levels for all of them.
 */
function findFacts(error: unknown): { data: Hex | undefined; codes: Set<unknown>; words: string } {
  const codes = new Set<unknown>();
  const words: string[] = [];
  let data: Hex | undefined;
  const visit = (value: unknown, depth: number): void => {
    if (value === null || typeof value !== 'object' || depth > 6) return;
    const record = value as Record<string, unknown>;
    if ('code' in record) codes.add(record.code);
    for (const key of ['message', 'shortMessage', 'details', 'reason']) {
      if (typeof record[key] === 'string') words.push(record[key]);
    }
    if (isHex(record.data)) data = record.data;
    for (const key of ['data', 'error', 'info', 'cause', 'result']) visit(record[key], depth + 1);
  };
  visit(error, 0);
  return { data, codes, words: words.join(' ').toLowerCase() };
}

/**
 * Any exception of a transport or signer as a `ChainError`. `revertData` is set when a contract refused, so that the
 * caller can decode it; the code is then `chain.reverted`. Words are read only where the standards give no code.
 */
export function rpcError(error: unknown): { error: ChainError; revertData: Hex | undefined } {
  if (error instanceof ChainError) return { error, revertData: undefined };
  const { data, codes, words } = findFacts(error);
  const make = (code: ConstructorParameters<typeof ChainError>[0], message: string, revertData?: Hex) => ({
    error: new ChainError(code, message, { cause: error }),
    revertData,
  });
  if (codes.has(4001) || codes.has('ACTION_REJECTED')) return make('chain.rejected', 'The signature was refused.');
  if (codes.has(3) || codes.has('CALL_EXCEPTION') || words.includes('revert') || words.includes('out of gas')) {
    return make('chain.reverted', 'The contract refused.', data ?? '0x');
  }
  if (
    codes.has('INSUFFICIENT_FUNDS') ||
    /insufficient funds|enough funds|exceeds? (?:the )?(?:account )?balance/.test(words)
  ) {
    return make('chain.funds', 'The account cannot pay for this transaction: its balance is too small.');
  }
  if (
    codes.has('NONCE_EXPIRED') ||
    codes.has('REPLACEMENT_UNDERPRICED') ||
    /nonce (?:is )?too low|underpriced|already known/.test(words)
  ) {
    return make('chain.nonce', 'Another transaction of this account took the place of this one.');
  }
  if (
    /(?:range|results?|logs?|block).{0,40}(?:limit|exceed|too (?:many|large|wide)|more than)|limit exceeded|returned more than|too many (?:results|logs|blocks)/.test(
      words,
    )
  ) {
    return make('chain.range', 'The chain refuses to search that many blocks at once.');
  }
  if (codes.has('TIMEOUT') || codes.has('ETIMEDOUT') || words.includes('timed out')) {
    return make('chain.timeout', 'The chain gave no answer in time.');
  }
  if (
    ['NETWORK_ERROR', 'SERVER_ERROR', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 4900, 4901].some((code) =>
      codes.has(code),
    ) ||
    words.includes('fetch failed') ||
    words.includes('http request failed')
  ) {
    return make('chain.unreachable', 'The chain cannot be reached.');
  }
  return make('chain.rpc', 'The chain answered with an error.');
}
