import { recoverAddress, TypedDataEncoder } from 'ethers';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../lib/protocol/bytes.ts';
import { compactSignature, expandSignature } from '../../../lib/protocol/compactSignature.ts';
import { keccak } from '../../../lib/protocol/hash.ts';
import { fromHex, type Hex, toHex } from '../../../lib/protocol/hex.ts';
import { type Contracts, type MessageName, type Messages, structures } from '../../../lib/protocol/messages.ts';
import {
  domainSeparator,
  recoverTyped,
  signTyped,
  structHash,
  typedDigest,
  verifyTyped,
} from '../../../lib/protocol/typed.ts';
import { SecretKey } from '../../../lib/umbral/index.ts';
import { typedVectors } from '../../../scripts/vectors/typed.ts';
import vectors from '../../vectors/typed.json' with { type: 'json' };
import { refusalOf } from '../refusal.ts';

const hex = (text: string): Hex => text as Hex;
const contractsOn = (chainId: number): Contracts => ({ ...(vectors.contracts as Contracts), chainId });

/** Name and message; amounts are decimal strings in the file and bigint in the library. */
function read(value: { structure: string; message: object }): { name: MessageName; message: Messages[MessageName] } {
  const name = value.structure as MessageName;
  const amounts = [...structures[name].type.matchAll(/uint(?:96|256) (\w+)/g)].map(([, field]) => field);
  const entries = Object.entries(value.message).map(([field, part]: [string, unknown]) => [
    field,
    amounts.includes(field) && typeof part === 'string' ? BigInt(part) : part,
  ]);
  return { name, message: Object.fromEntries(entries) as Messages[MessageName] };
}

describe('typed.json', () => {
  it('is what the writer computes', () => {
    expect(JSON.parse(JSON.stringify(typedVectors()))).toEqual(vectors);
  });

  it('digests and signatures of each structure on both chains, also by ethers', () => {
    const seen = new Set<string>();
    const keys = new Map(
      Object.values(vectors.keys).map(({ address, secret }) => [address, SecretKey.fromBytes(fromHex(secret))]),
    );
    for (const value of vectors.signed) {
      const { name, message } = read(value);
      const { chainId, verifyingContract, digest, signer, signature, r, vs } = value;
      const contracts = contractsOn(chainId);
      const list = structures[name].type
        .slice(name.length + 1, -1)
        .split(',')
        .map((part) => part.split(' '));
      const fields = list.map(([type = '', field = '']) => ({ type, name: field }));
      const domain = { name: 'Dintel', version: '1', chainId, verifyingContract };
      expect(TypedDataEncoder.hash(domain, { [name]: fields }, message)).toBe(digest);
      expect(TypedDataEncoder.hashDomain(domain)).toBe(value.domainSeparator);
      expect(recoverAddress(digest, signature).toLowerCase()).toBe(signer);
      expect(domainSeparator(chainId, hex(verifyingContract))).toBe(value.domainSeparator);
      expect(structHash(name, message)).toBe(value.structHash);
      expect(typedDigest(name, contracts, message)).toBe(digest);
      expect(recoverTyped(name, contracts, message, fromHex(signature))).toBe(signer);
      expect(toHex(signTyped(name, keys.get(signer) as SecretKey, contracts, message))).toBe(signature);
      expect(compactSignature(fromHex(signature))).toEqual({ r, vs });
      expect(toHex(expandSignature({ r: hex(r), vs: hex(vs) }))).toBe(signature);
      seen.add(`${chainId} ${name}`);
    }
    expect(seen.size).toBe(2 * Object.keys(structures).length);
    for (const { structure, type, typeHash, contract } of vectors.types) {
      expect(structures[structure as MessageName]).toEqual({ type, contract });
      expect(keccak(utf8(type))).toBe(typeHash);
    }
  });

  it('refusals', () => {
    expect(vectors.refused.length).toBe(2 * 12 * 10);
    for (const value of vectors.refused) {
      const { name, message } = read(value);
      const contracts = contractsOn(value.chainId);
      expect(typedDigest(name, contracts, message)).toBe(value.digest);
      const act = () => verifyTyped(name, contracts, message, fromHex(value.signature), hex(value.signer));
      expect(refusalOf(act), `${name} ${value.name}`).toBe('E_SIGNATURE');
    }
  });
});
