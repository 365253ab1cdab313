import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, u32be } from '../../lib/protocol/bytes.ts';
import { type CborValue, decodeCbor, encodeCbor } from '../../lib/protocol/cbor.ts';
import { manifestMessage } from '../../lib/protocol/derive.ts';
import { sha256 } from '../../lib/protocol/hash.ts';
import { toHex } from '../../lib/protocol/hex.ts';
import { Keyring } from '../../lib/protocol/keys.ts';
import {
  encodePayload,
  isAuthor,
  joinManifest,
  type Manifest,
  type ManifestLeaf,
  parseManifest,
  parsePayload,
  type SignedManifest,
  signManifest,
} from '../../lib/protocol/manifest.ts';
import { openLabel, openManifest, sealManifest } from '../../lib/protocol/manifestSeal.ts';
import {
  isVerifiedManifest,
  leavesOf,
  type VerifyManifestOptions,
  verifyManifest,
} from '../../lib/protocol/manifestVerify.ts';
import { openSealedKfrag } from '../../lib/protocol/seal.ts';
import { checkInTree } from '../../lib/protocol/tree.ts';
import { KeyFrag, SecretKey, Signer } from '../../lib/umbral/index.ts';
import { codeOf, flipped, pattern } from './errorCode.ts';
import { makeWorld, type World, withAcks } from './manifestWorld.ts';

let world: World;
let signed: Uint8Array;
let sealed: Uint8Array;
let options: VerifyManifestOptions;

beforeAll(async () => {
  world = await makeWorld();
  signed = signManifest(world.manifest, world.signer);
  sealed = sealManifest(signed, [world.bob.receiving().publicKey, world.alice.receiving().publicKey]).bytes;
  options = {
    verifyingKey: world.alice.verifying().publicKey,
    reader: { receivingKey: world.bob.receiving().publicKey, verifyingKey: world.bob.verifying().publicKey },
    contracts: world.contracts,
    policy: world.facts,
    operatorValid: world.operatorValid,
  };
});

const edited = (edit: (items: CborValue[]) => void): Uint8Array => {
  const items = [...(decodeCbor(encodePayload(world.manifest)) as CborValue[])];
  edit(items);
  return encodeCbor(items);
};
const signedWith = (manifest: Manifest): SignedManifest => parseManifest(signManifest(manifest, world.signer));
const outcome = (manifest: Manifest, other: Partial<VerifyManifestOptions> = {}): Promise<string> =>
  codeOf(() => verifyManifest(signedWith(manifest), { ...options, ...other }));
/** The chain agrees with whatever the leaves say. */
const factsOf = (manifest: Manifest) => ({
  ...world.facts,
  root: leavesOf(manifest).tree.root,
  shares: manifest.shares,
});
const firstLeaf = (change: Partial<ManifestLeaf>): readonly ManifestLeaf[] =>
  world.manifest.leaves.map((leaf, i) => (i === 0 ? { ...leaf, ...change } : leaf));

describe('a manifest', () => {
  it('comes back from its bytes', () => {
    const parsed = parseManifest(signed);
    expect(encodePayload(parsed.manifest)).toEqual(parsed.payload);
    expect(joinManifest(parsed.payload, parsed.signature)).toEqual(signed);
    expect(parsed.manifest.rate).toBe(1_000_000n);
    expect(parsed.manifest.note).toBe('For you.\nAlice');
    expect(isAuthor(parsed.manifest.files[0]!)).toBe(true);
    expect(isAuthor({ ...parsed.manifest.files[0]!, indexId: toHex(pattern(32)) })).toBe(false);
    expect(isAuthor({ ...parsed.manifest.files[0]!, author: undefined })).toBe(false);
    expect(manifestMessage(parsed.payload).length).toBe(49);
  });

  it('is sealed to Bob and Alice, padded, named by its hash', async () => {
    expect((sealed.length - 6 - 2 * 81 - 16) % 1024).toBe(0);
    expect(sealManifest(signed, [options.verifyingKey]).id).toMatch(/^0x[0-9a-f]{64}$/);
    const again = sealManifest(signed, [world.bob.receiving().publicKey]);
    expect(again.id).toBe(toHex(sha256(again.bytes)));
    for (const reader of [world.bob, world.alice]) {
      expect(openManifest(reader.receiving(), sealed).payload).toEqual(parseManifest(signed).payload);
    }
    expect(await codeOf(() => openManifest(SecretKey.random(), sealed))).toBe('seal.open');
    const label = openLabel(world.alice.receiving(), world.manifest.policyId, world.manifest.label!);
    expect(label).toBe('médical');
  });

  it('verifies for Bob and for Alice, with leaf, proof and Ack of each share', async () => {
    const verified = await verifyManifest(openManifest(world.bob.receiving(), sealed), options);
    expect(isVerifiedManifest(verified)).toBe(true);
    expect(isVerifiedManifest({ ...verified })).toBe(false);
    expect(verified.shares).toHaveLength(3);
    for (const [index, share] of verified.shares.entries()) {
      checkInTree({ root: world.facts.root, leaf: share.leafHash, index, shares: 3, proof: share.proof });
      const { encryptingKey, node } = world.nodes[index]!;
      const place = { policyId: world.manifest.policyId, index, node };
      const kfrag = KeyFrag.fromBytes(openSealedKfrag(encryptingKey, place, share.sealedKfrag));
      const { verifyingKey, delegatingKey, receivingKey } = verified.manifest;
      expect(() =>
        kfrag.verify({ verifyingKey, delegatingKey, receivingKey, checkReceiverSignature: true }),
      ).not.toThrow();
    }
    const sent = await verifyManifest(openManifest(world.alice.receiving(), sealed), { ...options, reader: 'sender' });
    expect(sent.owner).toBe(world.facts.owner);
  });
});

describe('Bob refuses a manifest', () => {
  it('by another key than the pinned one, or not signed by it', async () => {
    const stranger = SecretKey.random();
    expect(await outcome(world.manifest, { verifyingKey: stranger.publicKey })).toBe('E_SIGNATURE');
    const { payload } = parseManifest(signed);
    const forged = { ...parseManifest(signed), signature: new Signer(stranger).sign(manifestMessage(payload)) };
    expect(await codeOf(() => verifyManifest(forged, options))).toBe('E_SIGNATURE');
    const plain = { ...parseManifest(signed), signature: world.signer.sign(payload) };
    expect(await codeOf(() => verifyManifest(plain, options))).toBe('E_SIGNATURE');
    expect(await codeOf(() => signManifest(world.manifest, new Signer(stranger)))).toBe('E_SIGNATURE');
  });

  it('whose object says something else than its signed bytes', async () => {
    const dressed = { ...parseManifest(signed), manifest: { ...world.manifest, threshold: 1 } };
    expect((await verifyManifest(dressed, options)).manifest.threshold).toBe(2);
    // Nor does a signature that says of itself that it holds.
    const yes = { toBytes: () => Uint8Array.from({ length: 64 }, () => 1), verify: () => true };
    const claimed = { ...dressed, signature: yes as unknown as SignedManifest['signature'] };
    expect(await codeOf(() => verifyManifest(claimed, options))).toBe('E_SIGNATURE');
    const none = { ...dressed, signature: { ...yes, toBytes: () => 'yes' } as unknown as SignedManifest['signature'] };
    expect(await codeOf(() => verifyManifest(none, options))).toBe('E_FIELD');
  });

  it('for other keys than his', async () => {
    const other = Keyring.random();
    const { receivingKey, verifyingKey } = options.reader as Exclude<VerifyManifestOptions['reader'], 'sender'>;
    expect(await outcome(world.manifest, { reader: { receivingKey: other.receiving().publicKey, verifyingKey } })).toBe(
      'E_RECIPIENT',
    );
    expect(await outcome(world.manifest, { reader: { receivingKey, verifyingKey: other.verifying().publicKey } })).toBe(
      'E_RECIPIENT',
    );
  });

  it('of another chain, contract, owner, salt, root, number of shares or rate', async () => {
    const { manifest, contracts, facts } = world;
    const elsewhere = toHex(pattern(20, 77));
    expect(await outcome(manifest, { contracts: { ...contracts, chainId: 1 } })).toBe('E_DOMAIN');
    expect(await outcome(manifest, { contracts: { ...contracts, policyManager: elsewhere } })).toBe('E_DOMAIN');
    expect(await outcome(manifest, { contracts: { ...contracts, adjudicator: elsewhere } })).toBe('E_DOMAIN');
    expect(await outcome(manifest, { policy: { ...facts, owner: elsewhere } })).toBe('E_MANIFEST');
    expect(await outcome({ ...manifest, salt: toHex(pattern(32)) })).toBe('E_MANIFEST');
    expect(await outcome(manifest, { policy: { ...facts, root: toHex(pattern(32)) } })).toBe('E_MANIFEST');
    expect(await outcome(manifest, { policy: { ...facts, shares: 4 } })).toBe('E_MANIFEST');
    expect(await outcome(manifest, { policy: { ...facts, rate: facts.rate - 1n } })).toBe('E_MANIFEST');
    expect(await outcome(manifest, { policy: { ...facts, rate: facts.rate + 1n } })).toBe('accepted');
  });

  it('whose leaves are not those of the chain', async () => {
    const { manifest } = world;
    const [a, b, c] = manifest.leaves as [ManifestLeaf, ManifestLeaf, ManifestLeaf];
    expect(await outcome({ ...manifest, leaves: [b, a, c] })).toBe('E_MANIFEST');
    expect(await outcome({ ...manifest, leaves: firstLeaf({ sealedKfrag: flipped(a.sealedKfrag, 900) }) })).toBe(
      'E_MANIFEST',
    );
    expect(await outcome({ ...manifest, leaves: firstLeaf({ fragment: toHex(pattern(32)) }) })).toBe('E_MANIFEST');
    expect(await outcome({ ...manifest, leaves: firstLeaf({ byteBudget: 1 }) })).toBe('E_MANIFEST');
    expect(await outcome({ ...manifest, leaves: firstLeaf({ node: toHex(pattern(20, 55)) }) })).toBe('E_MANIFEST');
    expect(await outcome({ ...manifest, conditions: Uint8Array.of(1) })).toBe('E_MANIFEST');
    const conditioned = withAcks(world, { ...manifest, conditions: Uint8Array.of(1) });
    expect(await outcome(conditioned, { policy: factsOf(conditioned) })).toBe('accepted');
  });

  it('with an Ack that is not of that node, those terms and that epoch', async () => {
    const { manifest } = world;
    const [, b] = manifest.leaves as [ManifestLeaf, ManifestLeaf];
    const acks: Partial<ManifestLeaf>[] = [
      { ackSignature: b.ackSignature },
      { ackSignature: new Uint8Array(65) },
      { ackUntil: 1_800_086_401 },
      { ackLastStart: 20_836 },
      { ackEpoch: 20_834 },
    ];
    for (const ack of acks) expect(await outcome({ ...manifest, leaves: firstLeaf(ack) })).toBe('E_SIGNATURE');
    expect(await outcome({ ...manifest, rate: 999_999n })).toBe('E_SIGNATURE');
    expect(await outcome(manifest, { operatorValid: async () => false })).toBe('E_SIGNATURE');
  });
});

describe('a payload is refused', () => {
  const swap = (at: number, value: CborValue) => edited((items) => items.splice(at, 1, value));
  const inLeaf = (at: number, value: CborValue) =>
    edited((items) => {
      const leaves = (items[17] as CborValue[][]).map((leaf) => [...leaf]);
      leaves[0]!.splice(at, 1, value);
      items[17] = leaves;
    });
  const inFile = (at: number, value: CborValue) =>
    edited((items) => {
      const files = (items[18] as CborValue[][]).map((file) => [...file]);
      files[0]!.splice(at, 1, value);
      items[18] = files;
    });
  it.each<[string, () => Uint8Array, string]>([
    ['with 19 items', () => edited((items) => items.pop()), 'E_COUNT'],
    ['with 21 items', () => edited((items) => items.push(null)), 'E_COUNT'],
    ['of chain 0', () => swap(0, 0), 'E_NUMBER'],
    ['with a short address', () => swap(1, pattern(19)), 'E_LENGTH'],
    ['with text for an id', () => swap(3, 'x'), 'E_FIELD'],
    ['with threshold 0', () => swap(7, 0), 'E_NUMBER'],
    ['with a threshold above its shares', () => swap(7, 4), 'E_NUMBER'],
    ['with 65 shares', () => swap(8, 65), 'E_NUMBER'],
    ['with fewer leaves than shares', () => edited((items) => (items[17] as CborValue[]).pop()), 'E_MANIFEST'],
    [
      'with a node twice',
      () =>
        edited((items) =>
          items.splice(
            17,
            1,
            [0, 1, 1].map((i) => (items[17] as CborValue[])[i]!),
          ),
        ),
      'E_MANIFEST',
    ],
    ['with rate 0', () => swap(9, new Uint8Array(0)), 'E_LENGTH'],
    ['with a leading zero in the rate', () => swap(9, Uint8Array.of(0, 1)), 'E_CANONICAL'],
    ['with a rate of 2^96', () => swap(9, pattern(13)), 'E_LENGTH'],
    [
      'with a key off the curve',
      () => swap(11, concatBytes(Uint8Array.of(2), new Uint8Array(31), Uint8Array.of(5))),
      'E_FIELD',
    ],
    ['with an uncompressed key', () => swap(12, pattern(65)), 'E_LENGTH'],
    ['with empty conditions', () => swap(16, new Uint8Array(0)), 'E_LENGTH'],
    ['with a note of 1,025 bytes', () => swap(19, 'x'.repeat(1025)), 'E_LENGTH'],
    ['with a bell in the note', () => swap(19, '\u0007'), 'E_FIELD'],
    ['with a sealed kfrag of 362 bytes', () => inLeaf(1, pattern(362)), 'E_LENGTH'],
    ['with an Ack signature of 64 bytes', () => inLeaf(7, pattern(64)), 'E_LENGTH'],
    ['with a leaf that is a number', () => swap(17, [1, 2, 3]), 'E_FIELD'],
    ['with another header id', () => inFile(0, pattern(32)), 'E_MANIFEST'],
    ['with a header that is none', () => inFile(2, pattern(466)), 'E_BRAND'],
    ['with a wrong number of chunks', () => inFile(4, 2), 'E_MANIFEST'],
    ['with nine places of a file', () => inFile(5, Array(9).fill('u')), 'E_COUNT'],
    ['with an author without signature', () => inFile(6, [pattern(33)]), 'E_COUNT'],
    [
      'with a zero author signature',
      () => inFile(6, [world.manifest.verifyingKey.toBytes(), new Uint8Array(64)]),
      'E_FIELD',
    ],
    ['with 1,001 files', () => swap(18, Array(1001).fill(null)), 'E_COUNT'],
    ['above 1 MiB', () => new Uint8Array(1_048_577), 'E_TOO_LARGE'],
  ])('%s', async (_name, make, code) => {
    expect(await codeOf(() => parsePayload(make()))).toBe(code);
  });

  it('and not made', async () => {
    expect(await codeOf(() => encodePayload({ ...world.manifest, rate: 0n }))).toBe('E_NUMBER');
    expect(await codeOf(() => encodePayload({ ...world.manifest, rate: 2n ** 96n }))).toBe('E_NUMBER');
    expect(await codeOf(() => encodePayload({ ...world.manifest, threshold: 4 }))).toBe('E_NUMBER');
    expect(parsePayload(encodePayload({ ...world.manifest, rate: 2n ** 96n - 1n })).rate).toBe(2n ** 96n - 1n);
  });
});

describe('manifest bytes', () => {
  it('have sizes that are checked first', async () => {
    const bob = world.bob.receiving();
    expect(await codeOf(() => openManifest(bob, new Uint8Array(1_048_577)))).toBe('E_TOO_LARGE');
    expect(await codeOf(() => openManifest(bob, new Uint8Array(4)))).toBe('E_LENGTH');
    expect(await codeOf(() => openManifest(bob, signed))).toBe('E_BRAND');
    expect(await codeOf(() => openManifest(bob, flipped(sealed, 33)))).toBe('E_VERSION');
    expect(
      await codeOf(() => openManifest(bob, concatBytes(sealed.subarray(0, 5), Uint8Array.of(0), sealed.subarray(6)))),
    ).toBe('E_COUNT');
    expect(
      await codeOf(() => openManifest(bob, concatBytes(sealed.subarray(0, 5), Uint8Array.of(255), sealed.subarray(6)))),
    ).toBe('E_COUNT');
    expect(await codeOf(() => openManifest(bob, sealed.subarray(0, sealed.length - 1)))).toBe('E_LENGTH');
    expect(await codeOf(() => openManifest(bob, concatBytes(sealed, Uint8Array.of(0))))).toBe('E_LENGTH');
    expect(await codeOf(() => parseManifest(concatBytes(signed, Uint8Array.of(0))))).toBe('E_LENGTH');
    expect(await codeOf(() => parseManifest(concatBytes(signed, Uint8Array.of(1)), true))).toBe('E_LENGTH');
    const huge = concatBytes(signed.subarray(0, 5), u32be(0xffffffff), signed.subarray(9));
    expect(await codeOf(() => parseManifest(huge))).toBe('E_LENGTH');
    const many = Array.from({ length: 17 }, () => options.verifyingKey);
    expect(await codeOf(() => sealManifest(signed, many))).toBe('E_COUNT');
    expect(await codeOf(() => sealManifest(signed, []))).toBe('E_COUNT');
  });

  it('fail for changed bits anywhere', async () => {
    const bob = world.bob.receiving();
    for (let bit = 0; bit < sealed.length * 8; bit += 211) {
      expect(await codeOf(() => openManifest(bob, flipped(sealed, bit)))).toMatch(
        /^(E_BRAND|E_VERSION|E_COUNT|E_LENGTH|E_DECRYPT|seal\.open)$/,
      );
    }
    for (let bit = 0; bit < signed.length * 8; bit += 149) {
      const code = await codeOf(() => verifyManifest(parseManifest(flipped(signed, bit)), options));
      expect(code).not.toBe('accepted');
      expect(code.startsWith('raw')).toBe(false);
    }
  });

  it('that are any bytes give a typed error', () => {
    const mutated = fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 6 })).map(([at, bytes]) => {
      const copy = Uint8Array.from(signed);
      copy.set(bytes, 9 + (at % (copy.length - 15)));
      return copy;
    });
    return fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 400 })), async (bytes) => {
        const code = await codeOf(() => parseManifest(bytes));
        expect(code.startsWith('raw'), code).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
});
