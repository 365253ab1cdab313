/**
 * What people type: ports, hosts, URLs, addresses, durations, amounts. Each function takes text and gives a value or says
 * what it expected. Owns not: options and files. Source: research/reliability.md C03, C06, C07, C11.
 */
import { isIP } from 'node:net';
import { type Address, parseAddress } from 'dintel/protocol';
import { OperatorError } from './operatorError.ts';

/** 1 to 65535, decimal digits only. Throws E_PORT. */
export function parsePort(text: string): number {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new OperatorError('E_PORT', `expected a port from 1 to 65535, got ${shown(text)}`);
  return port;
}

/** An IP address or a DNS name. Throws E_HOST. */
export function parseHost(text: string): string {
  const label = /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$/;
  const isName = text.length <= 253 && text.split('.').every((part) => label.test(part)) && !/^[\d.]+$/.test(text);
  if (isIP(text) === 0 && !isName) {
    throw new OperatorError('E_HOST', `expected an IP address or a host name, got ${shown(text)}`);
  }
  return text;
}

/** An IP address, or a range of them such as 10.0.0.0/8. Throws E_HOST. */
export function parseAddressRange(text: string): string {
  const [, address = '', bits] = /^([^/]+)(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text) ?? [];
  const family = address.includes('%') ? 0 : isIP(address);
  if (family === 0 || Number(bits ?? 0) > (family === 4 ? 32 : 128)) {
    throw new OperatorError('E_HOST', `expected an IP address or a range such as 10.0.0.0/8, got ${shown(text)}`);
  }
  return text;
}

/** The URL of a JSON-RPC endpoint; user and password are allowed and never shown. Throws E_RPC_URL. */
export function parseRpcUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    const got = url === undefined ? 'something else' : `${url.protocol}//…`;
    throw new OperatorError(
      'E_RPC_URL',
      `expected the http:// or https:// URL of an RPC, got ${text === '' ? 'nothing' : got}`,
    );
  }
  return url.href;
}

/** For people and logs: an RPC URL without what may be a secret in it (user, password, path, query). */
export function maskUrl(text: string): string {
  if (!URL.canParse(text)) return 'malformed URL';
  const { protocol, host, pathname, search } = new URL(text);
  return `${protocol}//${host}${pathname === '/' && search === '' ? '' : '/…'}`;
}

/** The public URL of a node: http or https, no credentials, query or fragment, at most 255 bytes. Throws E_URL. */
export function parsePublicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain =
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  const result = url?.href.replace(/\/$/, '') ?? '';
  if (!plain || new TextEncoder().encode(result).length > 255) {
    throw new OperatorError(
      'E_URL',
      `expected an http:// or https:// URL without query, at most 255 bytes, got ${shown(text)}`,
    );
  }
  return result;
}

/** Lower case; mixed case must carry the right EIP-55 checksum. Throws E_ADDRESS. */
export function parseAccount(text: unknown, what = 'address'): Address {
  try {
    return parseAddress(text, what);
  } catch (cause) {
    throw new OperatorError(
      'E_ADDRESS',
      `${what}: expected 0x and 40 hex digits with a right checksum, got ${shown(text)}`,
      {
        cause,
      },
    );
  }
}

const secondsPer: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** `90s`, `30m`, `1h`, `7d`, `2w`, in seconds. Throws E_DURATION. */
export function parseDuration(text: string): number {
  const [, count = '', unit = ''] = /^([1-9][0-9]{0,8})([smhdw])$/.exec(text) ?? [];
  const seconds = Number(count) * (secondsPer[unit] ?? 0);
  if (!(seconds > 0)) {
    throw new OperatorError('E_DURATION', `expected a duration such as 90s, 30m, 1h, 7d or 2w, got ${shown(text)}`);
  }
  return seconds;
}

/** A whole number in [min, max], decimal digits only. Throws E_USAGE. */
export function parseCount(text: string, min: number, max: number): number {
  const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new OperatorError('E_USAGE', `expected a whole number from ${min} to ${max}, got ${shown(text)}`);
  }
  return value;
}

/** A decimal amount such as `25000` or `0.5` in its smallest unit. No exponent, no comma, no sign. Throws E_AMOUNT. */
export function parseAmount(text: string, decimals: number): bigint {
  const [, whole = '', fraction = ''] = /^([0-9]{1,30})(?:\.([0-9]+))?$/.exec(text) ?? [];
  if (whole === '' || fraction.length > decimals) {
    throw new OperatorError(
      'E_AMOUNT',
      `expected an amount such as 25000 or 0.5 (at most ${decimals} decimals), got ${shown(text)}`,
    );
  }
  return BigInt(whole) * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, '0') || '0');
}

/** For people: `1234.5` out of the smallest unit. */
export function formatAmount(value: bigint, decimals: number, digits = 6): string {
  const unit = 10n ** BigInt(decimals);
  const fraction = (value % unit).toString().padStart(decimals, '0').slice(0, digits).replace(/0+$/, '');
  return `${value / unit}${fraction === '' ? '' : `.${fraction}`}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
