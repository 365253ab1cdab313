import { createHmac, hkdfSync } from 'node:crypto';
import { solidityPackedKeccak256 } from 'ethers';
import { describe, expect, it } from 'vitest';
import { concatBytes, u32be, utf8 } from '../../lib/protocol/bytes.ts';
import { encodeCbor } from '../../lib/protocol/cbor.ts';
import { fromHex, toHex } from '../../lib/protocol/hex.ts';
import { Keyring } from '../../lib/protocol/keys.ts';
import { helloTag, PairwiseTags, randomTag, sealNotice } from '../../lib/protocol/notice.ts';
import { openNotice } from '../../lib/protocol/openNotice.ts';
import { seal } from '../../lib/protocol/seal.ts';
import { sharedPoint } from '../../lib/umbral/sharedPoint.ts';
import { codeOf, flipped, pattern } from './errorCode.ts';

const alice = Keyring.random();
const bob = Keyring.random();
const place = { policyId: toHex(pattern(32, 1)), tag: toHex(pattern(32, 2)) };
const notice = {
  manifestId: toHex(pattern(32, 3)),
  verifyingKey: alice.verifying().publicKey,
  uris: ['https://a.example/m'],
  name: 'Alice',
};

describe('a notice', () => {
  const envelope = sealNotice(bob.receiving().publicKey, place, notice);

  it('opens for Bob at its place', () => {
    const opened = openNotice(bob.receiving(), place, envelope);
    expect({ ...opened, verifyingKey: 0 }).toEqual({ ...notice, verifyingKey: 0 });
    expect(opened.verifyingKey.equals(notice.verifyingKey)).toBe(true);
  });

  it('does not open for others, under another policy or tag, or changed', async () => {
    expect(await codeOf(() => openNotice(alice.receiving(), place, envelope))).toBe('seal.open');
    expect(await codeOf(() => openNotice(bob.receiving(), { ...place, tag: randomTag() }, envelope))).toBe('seal.open');
    expect(await codeOf(() => openNotice(bob.receiving(), { ...place, policyId: randomTag() }, envelope))).toBe(
      'seal.open',
    );
    for (let bit = 0; bit < envelope.length * 8; bit += 7) {
      expect(await codeOf(() => openNotice(bob.receiving(), place, flipped(envelope, bit)))).toBe('seal.open');
    }
    expect(await codeOf(() => openNotice(bob.receiving(), place, new Uint8Array(513)))).toBe('E_LENGTH');
  });

  it('that opens but says nothing sensible is E_NOTICE', async () => {
    const aad = concatBytes(fromHex(place.policyId), fromHex(place.tag));
    const id = pattern(32);
    const vk = notice.verifyingKey.toBytes();
    const bodies = [
      utf8('hi'),
      encodeCbor([id, vk, []]),
      encodeCbor([id, id, [], null]),
      encodeCbor([id, vk, [], 'a\nb']),
    ];
    for (const body of bodies) {
      const sealed = seal(bob.receiving().publicKey, 'notice', aad, body);
      expect(await codeOf(() => openNotice(bob.receiving(), place, sealed))).toBe('E_NOTICE');
    }
  });

  it('too long is not made', async () => {
    const long = { ...notice, uris: ['x'.repeat(400)] };
    expect(await codeOf(() => sealNotice(bob.receiving().publicKey, place, long))).toBe('E_LENGTH');
    expect(await codeOf(() => sealNotice(bob.receiving().publicKey, place, { ...notice, name: 'x'.repeat(65) }))).toBe(
      'E_LENGTH',
    );
  });
});

describe('tags', () => {
  it('between two people are the same on both sides and differ by direction and number', async () => {
    const sent = PairwiseTags.toRecipient(alice.receiving(), bob.receiving().publicKey);
    const found = PairwiseTags.fromSender(bob.receiving(), alice.receiving().publicKey);
    const back = PairwiseTags.toRecipient(bob.receiving(), alice.receiving().publicKey);
    expect(found.ahead(5)).toEqual(Array.from({ length: 20 }, (_, k) => sent.at(5 + k)));
    expect(new Set([...sent.ahead(0), ...back.ahead(0)]).size).toBe(40);
    expect(await codeOf(() => sent.at(-1))).toBe('E_NUMBER');
  });

  it('are the formula of the specification', () => {
    const [a, b] = [alice.receiving(), bob.receiving()];
    const info = concatBytes(utf8('dintel/1/tag/'), a.publicKey.toBytes(), b.publicKey.toBytes());
    const key = new Uint8Array(hkdfSync('sha256', sharedPoint(b, a.publicKey), '', info, 32));
    const tag = createHmac('sha256', key).update(u32be(7)).digest('hex');
    expect(PairwiseTags.toRecipient(a, b.publicKey).at(7)).toBe(`0x${tag}`);
    const hello = { chainId: 31337, policyManager: toHex(pattern(20)), bob: toHex(pattern(20, 5)) };
    const packed = solidityPackedKeccak256(
      ['string', 'uint256', 'address', 'address'],
      ['dintel/1/hello', 31337, hello.policyManager, hello.bob],
    );
    expect(helloTag(hello)).toBe(packed);
    expect(randomTag()).not.toBe(randomTag());
  });
});
