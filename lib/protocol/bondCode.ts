/**
 * A bond code: how a node's operator tells the stake wallet what to bond, so that the wallet's key never comes near the node.
 * `dintel:bond:1.<base64url>` of
 *   CBOR [chainId, escrow, node, operator, deadline, consent 65, url, encryptingKey 33, keyNumber, peerId, protocol]
 *
 * The consent is the operator's signature over OperatorConsent(node, deadline): it proves that whoever made the code holds the
 * operator's key, and names the one wallet that may use it. The rest is announced by that wallet, so it is hers to look at.
 * Owns: the text, its checks, its proof. Owns not: the bond (lib/chain/minerEscrow.ts). Source: spec/protocol.md sections 4 and 5.1.
 */
import { fromBase64url, toBase64url } from './base64url.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { DintelError, refuse } from './errors.ts';
import { addressIn, bytesOf, textOf, tupleOf, uintOf } from './fields.ts';
import { type Address, fromHex } from './hex.ts';
import { publicKeyBytes } from './leaf.ts';
import type { Contracts } from './messages.ts';
import { verifyTyped } from './typed.ts';

const prefix = 'dintel:bond:';
/** Characters of a whole code. */
const maxBondCodeLength = 1_200;

/** What a code says; {@link verifyBondCode} proves it. Units: deadline seconds. */
export interface BondCode {
  readonly chainId: number;
  readonly escrow: Address;
  /** The stake wallet that may use it. */
  readonly node: Address;
  readonly operator: Address;
  readonly deadline: number;
  /** 65 bytes. */
  readonly consent: Uint8Array;
  readonly info: {
    readonly url: string;
    readonly encryptingKey: Uint8Array;
    readonly keyNumber: number;
    readonly peerId: Uint8Array;
    readonly protocol: number;
  };
}

/** The code as text. Throws E_BOND_CODE (too long), E_FIELD, E_LENGTH, E_NUMBER, E_HEX. */
export function formatBondCode(code: BondCode): string {
  const { url, encryptingKey, keyNumber, peerId, protocol } = code.info;
  const body = encodeCbor([
    code.chainId,
    fromHex(code.escrow, 20, 'escrow'),
    fromHex(code.node, 20, 'node'),
    fromHex(code.operator, 20, 'operator'),
    code.deadline,
    code.consent,
    ...[url, encryptingKey, keyNumber, peerId, protocol],
  ]);
  const text = `${prefix}1.${toBase64url(body)}`;
  if (text.length > maxBondCodeLength) {
    refuse('E_BOND_CODE', 'code', `at most ${maxBondCodeLength} characters`, `${text.length}`);
  }
  return text;
}

/**
 * Read a code; blanks and line breaks of a terminal do not matter. Nothing is proven yet.
 * Throws E_BOND_CODE (damaged), E_BRAND (no code), E_VERSION (made by a newer version).
 */
export function parseBondCode(text: string): BondCode {
  if (typeof text !== 'string') refuse('E_TYPE', 'code', 'text', typeof text);
  const plain = text.replace(/\s+/g, '');
  if (plain.length > maxBondCodeLength) {
    refuse('E_BOND_CODE', 'code', `at most ${maxBondCodeLength} characters`, `${plain.length}`);
  }
  if (!plain.startsWith(prefix)) refuse('E_BRAND', 'code', `${prefix}1. and data`, 'another text');
  const [, version, data] =
    /^(\d+)\.(.*)$/s.exec(plain.slice(prefix.length)) ?? refuse('E_BOND_CODE', 'code', `${prefix}1. and data`);
  if (version !== '1') refuse('E_VERSION', 'code', 'version 1', `version ${version?.slice(0, 8)}`);
  try {
    return decodeBondCode(fromBase64url(data as string, 'E_BOND_CODE', 'code'));
  } catch (error) {
    if (error instanceof DintelError && error.code === 'E_BOND_CODE') throw error;
    const field = error instanceof DintelError ? error.field : undefined;
    throw new DintelError('E_BOND_CODE', { field: field === undefined ? 'code' : `code.${field}`, cause: error });
  }
}

function decodeBondCode(bytes: Uint8Array): BondCode {
  const items = tupleOf(decodeCbor(bytes), 11, 'body');
  const [chainId, escrow, node, operator, deadline, consent, url, encryptingKey, keyNumber, peerId, protocol] = items;
  return {
    chainId: uintOf(chainId, 'chainId', Number.MAX_SAFE_INTEGER, 1),
    escrow: addressIn(escrow, 'escrow'),
    node: addressIn(node, 'node'),
    operator: addressIn(operator, 'operator'),
    deadline: uintOf(deadline, 'deadline', 2 ** 40 - 1),
    consent: bytesOf(consent, 'consent', 65),
    info: {
      url: textOf(url, 'url', 255),
      encryptingKey: bytesOf(encryptingKey, 'encryptingKey', publicKeyBytes),
      keyNumber: uintOf(keyNumber, 'keyNumber', 0xffffffff),
      peerId: bytesOf(peerId, 'peerId', 0, 64),
      protocol: uintOf(protocol, 'protocol', 0xffff),
    },
  };
}

/**
 * Is the code for these contracts and this wallet, of the operator's own hand, and still good at `now`? Units: seconds.
 * Throws E_DOMAIN (another network), E_BOND_CODE (another wallet's, or too old), E_SIGNATURE.
 */
export function verifyBondCode(
  code: BondCode,
  of: { readonly contracts: Contracts; readonly node: Address; readonly now: number },
): void {
  const { contracts, node, now } = of;
  if (code.chainId !== contracts.chainId) refuse('E_DOMAIN', 'chainId', `${contracts.chainId}`, `${code.chainId}`);
  if (code.escrow !== contracts.escrow.toLowerCase()) refuse('E_DOMAIN', 'escrow', contracts.escrow, code.escrow);
  if (code.node !== node.toLowerCase()) refuse('E_BOND_CODE', 'code.node', node, code.node);
  if (code.deadline < now) refuse('E_BOND_CODE', 'code.deadline', `at least ${now}`, `${code.deadline}`);
  verifyTyped('OperatorConsent', contracts, { node: code.node, deadline: code.deadline }, code.consent, code.operator);
}
