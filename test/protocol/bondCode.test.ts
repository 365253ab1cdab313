/** Bond codes: what goes in comes out; what is damaged, another's, too old or forged does not pass. */

import { addressOf, type BondCode, formatBondCode, parseBondCode, signTyped, verifyBondCode } from 'dintel/protocol';
import { SecretKey } from 'dintel/umbral';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const at = (byte: string) => `0x${byte.repeat(20)}` as const;
const contracts = {
  chainId: 31337,
  escrow: at('e5'),
  adjudicator: at('ad'),
  policyManager: at('90'),
  keyRegistry: at('4e'),
};
const node = at('0d');
const key = SecretKey.random();

const codeWith = (change: Partial<BondCode> = {}): BondCode => {
  const deadline = change.deadline ?? 2_000;
  const signed = { node: change.node ?? node, deadline };
  return {
    ...{ chainId: 31337, escrow: contracts.escrow, node, operator: addressOf(key.publicKey), deadline },
    consent: signTyped('OperatorConsent', key, contracts, signed),
    info: {
      url: 'https://ursula.example:9151',
      encryptingKey: key.publicKey.toBytes(),
      ...{ keyNumber: 3, peerId: new Uint8Array([1, 2]), protocol: 1 },
    },
    ...change,
  };
};
const verify = (code: BondCode, now = 1_000) => verifyBondCode(code, { contracts, node, now });
const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

it('comes out as it went in, through a terminal’s line breaks too', () => {
  const code = codeWith();
  const text = formatBondCode(code);
  expect(text).toMatch(/^dintel:bond:1\.[\w-]+$/);
  expect(parseBondCode(text)).toEqual(code);
  expect(parseBondCode(` ${text.slice(0, 50)}\n  ${text.slice(50)} \n`)).toEqual(code);
  expect(() => verify(parseBondCode(text))).not.toThrow();
});

it('says why it does not pass', () => {
  expect(codeOf(() => verify(codeWith({ chainId: 1 })))).toBe('E_DOMAIN');
  expect(codeOf(() => verify(codeWith({ escrow: at('11') })))).toBe('E_DOMAIN');
  expect(codeOf(() => verify(codeWith({ node: at('22') })))).toBe('E_BOND_CODE');
  expect(codeOf(() => verify(codeWith({ deadline: 999 })))).toBe('E_BOND_CODE');
  expect(codeOf(() => verify(codeWith({ operator: at('33') })))).toBe('E_SIGNATURE');
  expect(codeOf(() => parseBondCode('dintel:card:1.AAAA'))).toBe('E_BRAND');
  expect(codeOf(() => parseBondCode('dintel:bond:2.AAAA'))).toBe('E_VERSION');
  expect(codeOf(() => parseBondCode(`dintel:bond:1.${'A'.repeat(2_000)}`))).toBe('E_BOND_CODE');
});

it('a changed letter never passes for another bond', () => {
  const text = formatBondCode(codeWith());
  const start = 'dintel:bond:1.'.length;
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  fc.assert(
    fc.property(fc.nat(text.length - start - 1), fc.nat(63), (place, letter) => {
      const i = start + place;
      const changed = text.slice(0, i) + letters[letter] + text.slice(i + 1);
      fc.pre(changed !== text);
      let parsed: BondCode;
      try {
        parsed = parseBondCode(changed);
        verify(parsed);
      } catch (error) {
        expect((error as { code: string }).code).toMatch(/^E_(BOND_CODE|DOMAIN|SIGNATURE)$/);
        return;
      }
      // The announcement is the wallet's own to look at: only it may differ.
      expect({ ...parsed, info: undefined }).toEqual({ ...codeWith(), info: undefined });
    }),
    { numRuns: 150 },
  );
});
