import { getAddress, SigningKey } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOfPoint, checksumAddress, parseAddress, sameAddress } from '../../lib/protocol/address.ts';
import { fromHex, type Hex, toHex } from '../../lib/protocol/hex.ts';
import { addressOf } from '../../lib/protocol/signature.ts';
import { PublicKey } from '../../lib/umbral/index.ts';
import vectors from '../vectors/umbral-keys.json' with { type: 'json' };
import { refusalOf } from './refusal.ts';

const any = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(toHex);

describe('address', () => {
  it('is that of the shared key vectors', () => {
    expect(vectors.keys.length).toBeGreaterThan(20);
    for (const { public_key, public_key_uncompressed, eth_address } of vectors.keys) {
      expect(addressOf(PublicKey.fromBytes(fromHex(`0x${public_key}`)))).toBe(`0x${eth_address}`);
      expect(addressOfPoint(fromHex(`0x${public_key_uncompressed}`))).toBe(`0x${eth_address}`);
    }
    const point = SigningKey.computePublicKey(`0x${'11'.repeat(32)}`) as Hex;
    expect(addressOfPoint(fromHex(point))).toBe('0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a');
    expect(addressOfPoint(fromHex(point).subarray(1))).toBe('0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a');
    expect(refusalOf(() => addressOfPoint(new Uint8Array(33)))).toBe('E_LENGTH');
  });

  it('has the checksum of EIP-55', () => {
    fc.assert(
      fc.property(any, (address) => {
        const mixed = checksumAddress(address);
        expect(mixed).toBe(getAddress(address));
        expect(parseAddress(mixed)).toBe(address);
        expect(parseAddress(`0x${address.slice(2).toUpperCase()}`)).toBe(address);
        expect(sameAddress(mixed, address)).toBe(true);
      }),
    );
  });

  it('refuses a wrong checksum and anything else', () => {
    const good = checksumAddress('0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a');
    const swapped = good.replace(/[a-f]/, (letter) => letter.toUpperCase());
    for (const bad of [
      swapped,
      '',
      '0x',
      good.slice(2),
      `${good}0`,
      good.slice(0, -1),
      `0X${good.slice(2)}`,
      'bob.eth',
      null,
      7,
      {},
    ]) {
      expect(
        refusalOf(() => parseAddress(bad)),
        JSON.stringify(bad),
      ).toBe('E_ADDRESS');
    }
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(['accepted', 'E_ADDRESS']).toContain(refusalOf(() => parseAddress(value)));
      }),
    );
  });
});
