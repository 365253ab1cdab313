import { HDNodeWallet } from 'ethers';
import { describe, expect, it } from 'vitest';
import { enrolWallet, unlockText, unlockWithWallet, type WalletSigner } from '../../lib/keys/index.ts';
import { concatBytes } from '../../lib/protocol/bytes.ts';
import { fromHex, type Hex, toHex } from '../../lib/protocol/hex.ts';
import { newVault, refusal } from './support.ts';

const account = (index: number) =>
  HDNodeWallet.fromPhrase('test test test test test test test test test test test junk', '', `m/44'/60'/0'/0/${index}`);

/** A wallet as sites meet them; `change` is what this one does to its signatures. */
function signer(index = 0, change: (signature: Hex, turn: number) => Hex = (signature) => signature, code?: Hex) {
  const wallet = account(index);
  let turns = 0;
  const texts: string[] = [];
  const asked: WalletSigner & { readonly texts: string[] } = {
    address: wallet.address as Hex,
    texts,
    signMessage: async (text) => {
      texts.push(text);
      return change((await wallet.signMessage(text)) as Hex, turns++);
    },
    ...(code !== undefined && { code: async () => code }),
  };
  return asked;
}

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const domain = 'dintel.example:3000';

describe('a wallet', () => {
  it('unlocks by one signature what it enrolled with two, in whichever form it writes them', async () => {
    const slot = await enrolWallet(signer(), { domain, name: 'MetaMask' });
    const vault = await newVault([slot]);
    const forms: ((signature: Hex) => Hex)[] = [
      (signature) => signature,
      (signature) => `${signature.slice(0, -2)}${signature.endsWith('1b') ? '00' : '01'}` as Hex,
      (signature) => signature.toUpperCase().replace('0X', '0x') as Hex,
      (signature) => {
        const bytes = fromHex(signature);
        const s = order - BigInt(toHex(bytes.subarray(32, 64)));
        const high = fromHex(`0x${s.toString(16).padStart(64, '0')}`);
        return toHex(concatBytes(bytes.subarray(0, 32), high, Uint8Array.of(bytes[64] === 27 ? 28 : 27)));
      },
    ];
    for (const form of forms) {
      vault.lock();
      await vault.unlock(await unlockWithWallet(signer(0, form), { domain, slots: vault.slots }));
      expect(vault.isLocked).toBe(false);
    }
  });

  it('signs a text that names the site, says what it is, and is of this slot alone', async () => {
    const wallet = signer();
    const one = await enrolWallet(wallet, { domain });
    const two = await enrolWallet(wallet, { domain });
    expect(wallet.texts[0]).toBe(unlockText(domain, wallet.address, one.salt));
    expect(wallet.texts[0]).toMatch(/^dintel\.example:3000 wants you to sign in .*Never sign this elsewhere/s);
    expect(toHex(one.secret)).not.toBe(toHex(two.secret));
    const vault = await newVault([one]);
    const elsewhere = await unlockWithWallet(signer(), { domain: 'phish.example', slots: vault.slots });
    expect(await refusal(() => vault.unlock(elsewhere))).toBe('E_PASSWORD');
  });

  it('is refused if it is a contract, signs differently each time, or signs by another account', async () => {
    const twist = (signature: Hex, turn: number): Hex =>
      turn === 0 ? signature : (`${signature.slice(0, -4)}00${signature.slice(-2)}` as Hex);
    const enrol = (wallet: WalletSigner) => refusal(() => enrolWallet(wallet, { domain }));
    expect(await enrol(signer(0, undefined, '0x60806040'))).toBe('SIGNER_IS_CONTRACT');
    expect(await enrol(signer(0, undefined, '0x'))).toBe('accepted');
    expect(await enrol(signer(0, undefined, `0xef0100${'11'.repeat(20)}`))).toBe('accepted');
    expect(await enrol(signer(0, () => `0x${'ab'.repeat(200)}`))).toBe('SIGNER_IS_CONTRACT');
    expect(await enrol(signer(0, () => 'nonsense' as Hex))).toBe('SIGNER_IS_CONTRACT');
    expect(await enrol(signer(0, twist))).toBe('E_SIGNATURE');
    const other = account(1);
    expect(await enrol({ ...signer(), signMessage: async (text) => (await other.signMessage(text)) as Hex })).toBe(
      'E_SIGNATURE',
    );
    expect(await refusal(() => enrolWallet(signer(), { domain: 'a b' }))).toBe('E_FIELD');
    const vault = await newVault([await enrolWallet(signer(), { domain })]);
    expect(await refusal(() => unlockWithWallet(signer(1), { domain, slots: vault.slots }))).toBe('E_SLOT');
  });

  it('is refused if each signature is good and none is like another', async () => {
    const { secp256k1 } = await import('@noble/curves/secp256k1.js');
    const { hashMessage } = await import('ethers');
    const wallet = account(0);
    const hedged: WalletSigner = {
      address: wallet.address as Hex,
      signMessage: async (text) => {
        const signature = secp256k1.sign(fromHex(hashMessage(text) as Hex), fromHex(wallet.privateKey as Hex), {
          prehash: false,
          extraEntropy: true,
          format: 'recovered',
        });
        return toHex(concatBytes(signature.subarray(1), Uint8Array.of(27 + (signature[0] as number))));
      },
    };
    expect(await refusal(() => enrolWallet(hedged, { domain }))).toBe('SIGNER_NOT_DETERMINISTIC');
  });
});
