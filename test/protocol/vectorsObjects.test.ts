/**
 * The vectors of spec/protocol.md section 10 for keys, seals and off-chain objects, read the way another implementation would:
 * from the files, by the public surface. What writes them is scripts/vectors.ts.
 */
import { HDNodeWallet } from 'ethers';
import { describe, expect, it } from 'vitest';
import { startFileWith } from '../../lib/protocol/fileEncrypt.ts';
import {
  type Contracts,
  concatBytes,
  conditionsHash,
  decryptStream,
  EncryptingRatchet,
  fingerprintWords,
  formatCard,
  formatLink,
  fromHex,
  type Hex,
  helloTag,
  isAuthor,
  judgeConditions,
  Keyring,
  labelBytes,
  nodePeerSeed,
  nodeSeed,
  openFile,
  openFileKey,
  openLabel,
  openManifest,
  openNotice,
  openSeal,
  openSealedKfrag,
  operatorKey,
  PairwiseTags,
  parseCard,
  parseFileIndex,
  parseLink,
  parseManifest,
  parsePayload,
  readFileHeader,
  type SealPurpose,
  sha256,
  toHex,
  type VerifyManifestOptions,
  verifyCard,
  verifyManifest,
} from '../../lib/protocol/index.ts';
import { PublicKey, SecretKey } from '../../lib/umbral/index.ts';
import { codeOf, collect } from './errorCode.ts';
import { readVectors } from './vectorFiles.ts';

interface Fault {
  readonly name: string;
  readonly code: string;
}
interface Pair {
  readonly secret: Hex;
  readonly public: Hex;
}

const secretKey = (hex: Hex): SecretKey => SecretKey.fromBytes(fromHex(hex));
const publicKey = (hex: Hex): PublicKey => PublicKey.fromBytes(fromHex(hex));
const pair = (key: SecretKey): Pair => ({ secret: toHex(key.toSecretBytes()), public: toHex(key.publicKey.toBytes()) });
const idOf = (bytes: Uint8Array): Hex => toHex(sha256(bytes));

/** Every fault fails with its code, and with nothing else. */
async function expectFaults<F extends Fault>(faults: readonly F[], act: (fault: F) => unknown): Promise<void> {
  expect(faults.length).toBeGreaterThan(3);
  for (const fault of faults) expect(await codeOf(() => act(fault)), fault.name).toBe(fault.code);
}

describe('keys.json', () => {
  const v = readVectors<{
    root: Hex;
    verifying: (Pair & { v: number })[];
    receiving: (Pair & { v: number })[];
    delegating: (Pair & { v: number; label: number[]; bytes: Hex })[];
    vault: Hex;
    node: {
      phrase: string;
      seed: Hex;
      operator: Pair & { address: Hex };
      ratchet: (Pair & { keyNumber: number; state: Hex })[];
      peerSeed: Hex;
    };
    faults: (Fault & { label: number[] })[];
  }>('keys');
  const keyring = Keyring.fromRoot(fromHex(v.root));
  const text = (units: number[]): string => String.fromCharCode(...units);

  it('gives every key of a person', async () => {
    for (const row of v.verifying) expect({ v: row.v, ...pair(keyring.verifying(row.v)) }).toEqual(row);
    for (const row of v.receiving) expect({ v: row.v, ...pair(keyring.receiving(row.v)) }).toEqual(row);
    for (const { label, bytes, v: version, ...keys } of v.delegating) {
      expect(toHex(labelBytes(text(label)))).toBe(bytes);
      expect(pair(keyring.delegating(text(label), version))).toEqual(keys);
    }
    expect(toHex(keyring.vaultKey())).toBe(v.vault);
    await expectFaults(v.faults, ({ label }) => keyring.delegating(text(label)));
  });

  it('gives every key of a node', () => {
    const seed = nodeSeed(v.node.phrase);
    expect(toHex(seed)).toBe(v.node.seed);
    expect(pair(operatorKey(seed)).secret).toBe(v.node.operator.secret);
    const wallet = HDNodeWallet.fromPhrase(v.node.phrase);
    expect([wallet.privateKey, wallet.address.toLowerCase()]).toEqual([
      v.node.operator.secret,
      v.node.operator.address,
    ]);
    expect(toHex(nodePeerSeed(seed))).toBe(v.node.peerSeed);
    for (const { keyNumber, state, ...keys } of v.node.ratchet) {
      expect(pair(EncryptingRatchet.fromSeed(seed).key(keyNumber))).toEqual(keys);
      expect(pair(EncryptingRatchet.fromState(fromHex(state), keyNumber).key(keyNumber))).toEqual(keys);
    }
  });
});

describe('seal.json', () => {
  interface Seal {
    readonly purpose: SealPurpose;
    readonly aad: Hex;
    readonly message: Hex;
    readonly sealed: Hex;
  }
  interface Kfrag {
    readonly policyId: Hex;
    readonly index: number;
    readonly node: Hex;
    readonly sealedKfrag: Hex;
  }
  const v = readVectors<{
    recipient: Pair;
    valid: Seal[];
    faults: (Fault & Seal)[];
    sealedKfrag: Kfrag & { nodeSecret: Hex; kfrag: Hex };
    sealedKfragFaults: (Fault & Kfrag)[];
  }>('seal');

  it('opens, and its faults do not', async () => {
    const open = ({ purpose, aad, sealed }: Seal) =>
      openSeal(secretKey(v.recipient.secret), purpose, fromHex(aad), fromHex(sealed));
    for (const one of v.valid) expect(toHex(open(one))).toBe(one.message);
    await expectFaults(v.faults, open);
  });

  it('opens a kfrag at its place only', async () => {
    const open = (kfrag: Kfrag) =>
      openSealedKfrag(secretKey(v.sealedKfrag.nodeSecret), kfrag, fromHex(kfrag.sealedKfrag));
    expect(toHex(open(v.sealedKfrag))).toBe(v.sealedKfrag.kfrag);
    await expectFaults(v.sealedKfragFaults, open);
  });
});

describe('file.json', () => {
  const v = readVectors<{
    delegating: Pair;
    valid: {
      name: string;
      fileKey: Hex;
      meta: { name: string; mediaType: string; size: number | null };
      plaintext: Hex;
      header: Hex;
      headerId: Hex;
      chunk: Hex;
      chunkId: Hex;
      index: Hex;
      indexId: Hex;
    }[];
    faults: (Fault & { fileKey: Hex; file: Hex })[];
    large: {
      size: number;
      sha256: Hex;
      fileKey: Hex;
      header: Hex;
      chunkIds: Hex[];
      index: Hex;
      indexId: Hex;
      faults: (Fault & { chunks: number[]; append?: Hex })[];
      indexFaults: (Fault & { index: Hex })[];
    };
  }>('file');

  const open = async (bytes: Uint8Array, fileKey: Uint8Array): Promise<Uint8Array> => {
    const { header, rest } = await readFileHeader([bytes]);
    return collect(decryptStream(await openFile(header, fileKey), rest));
  };

  it('opens for Alice and by the file key', async () => {
    for (const one of v.valid) {
      const { header } = await readFileHeader([fromHex(one.header)]);
      expect(header.id).toBe(one.headerId);
      const fileKey = openFileKey(secretKey(v.delegating.secret), header);
      expect(toHex(fileKey)).toBe(one.fileKey);
      const { meta } = await openFile(header, fileKey);
      expect({ ...meta, size: meta.size ?? null }).toEqual(one.meta);
      expect(toHex(await open(concatBytes(header.bytes, fromHex(one.chunk)), fileKey))).toBe(one.plaintext);
      expect([idOf(fromHex(one.chunk)), idOf(fromHex(one.index))]).toEqual([one.chunkId, one.indexId]);
      expect(parseFileIndex(fromHex(one.index))).toEqual([one.chunkId]);
    }
    await expectFaults(v.faults, ({ file, fileKey }) => open(fromHex(file), fromHex(fileKey)));
  });

  it('has three chunks in one order only', async () => {
    const { large } = v;
    const plaintext = Uint8Array.from({ length: large.size }, (_, i) => (i + 7 * Math.floor(i / 256)) % 256);
    expect(idOf(plaintext)).toBe(large.sha256);
    const { header } = await readFileHeader([fromHex(large.header)]);
    const key = { fileKey: fromHex(large.fileKey), capsule: header.capsule, wrapped: header.wrapped };
    const writer = await startFileWith(key, header.salt, { name: 'large.bin', mediaType: '', size: undefined }, 2);
    expect(writer.header.id).toBe(header.id);
    const chunks: Uint8Array[] = [];
    for (let i = 0; i < 3; i++) {
      const bytes = plaintext.subarray(i * 1_048_576, (i + 1) * 1_048_576);
      chunks.push(await writer.sealChunk({ index: i, last: i === 2, bytes }));
    }
    expect(chunks.map(idOf)).toEqual(large.chunkIds);
    expect(parseFileIndex(fromHex(large.index))).toEqual(large.chunkIds);
    const file = await openFile(header, fromHex(large.fileKey));
    expect(idOf(await collect(decryptStream(file, chunks)))).toBe(large.sha256);
    await expectFaults(large.faults, ({ chunks: order, append = '0x' }) =>
      collect(decryptStream(file, [...order.map((i) => chunks[i] as Uint8Array), fromHex(append)])),
    );
    await expectFaults(large.indexFaults, ({ index }) => parseFileIndex(fromHex(index)));
  });
});

describe('manifest.json', () => {
  interface Situation {
    readonly facts: { readonly owner: Hex; readonly root: Hex; readonly shares: number; readonly rate: string };
    readonly contracts: Contracts;
    readonly keys: { readonly verifying: Hex; readonly receivingSecret: Hex; readonly bobVerifying: Hex };
    readonly operators: readonly { readonly node: Hex; readonly operator: Hex; readonly epoch: number }[];
  }
  const v = readVectors<
    Situation & {
      policyId: Hex;
      keys: { aliceReceivingSecret: Hex };
      valid: {
        label: string;
        note: string;
        rate: string;
        payload: Hex;
        manifest: Hex;
        sealed: Hex;
        id: Hex;
        leaves: Hex[];
        root: Hex;
      };
      payloadFaults: (Fault & { payload: Hex })[];
      manifestFaults: (Fault & { manifest: Hex })[];
      sealedFaults: (Fault & { sealed: Hex })[];
      factFaults: (Fault & { [Key in keyof Situation]?: Partial<Situation[Key]> })[];
    }
  >('manifest');
  const optionsOf = ({ facts, contracts, keys, operators }: Situation): VerifyManifestOptions => ({
    verifyingKey: publicKey(keys.verifying),
    reader: { receivingKey: secretKey(keys.receivingSecret).publicKey, verifyingKey: publicKey(keys.bobVerifying) },
    contracts,
    policy: { ...facts, rate: BigInt(facts.rate) },
    operatorValid: (node, operator, epoch) =>
      operators.some((one) => one.node === node && one.operator === operator && one.epoch === epoch),
  });
  const bob = secretKey(v.keys.receivingSecret);

  it('opens for both and verifies', async () => {
    expect(idOf(fromHex(v.valid.sealed))).toBe(v.valid.id);
    for (const secret of [v.keys.receivingSecret, v.keys.aliceReceivingSecret]) {
      const opened = openManifest(secretKey(secret), fromHex(v.valid.sealed));
      expect(toHex(opened.payload)).toBe(v.valid.payload);
      const verified = await verifyManifest(opened, optionsOf(v));
      expect(verified.root).toBe(v.valid.root);
      expect(verified.shares.map(({ leafHash }) => leafHash)).toEqual(v.valid.leaves);
      expect(String(verified.manifest.rate)).toBe(v.valid.rate);
      expect(verified.manifest.note).toBe(v.valid.note);
      expect(verified.manifest.files.every(isAuthor)).toBe(true);
      const { label } = verified.manifest;
      expect(openLabel(secretKey(v.keys.aliceReceivingSecret), v.policyId, label as Uint8Array)).toBe(v.valid.label);
    }
  });

  it('has faults that each fail alone', async () => {
    await expectFaults(v.payloadFaults, ({ payload }) => parsePayload(fromHex(payload)));
    await expectFaults(v.sealedFaults, ({ sealed }) => openManifest(bob, fromHex(sealed)));
    await expectFaults(v.manifestFaults, ({ manifest }) =>
      verifyManifest(parseManifest(fromHex(manifest)), optionsOf(v)),
    );
    await expectFaults(v.factFaults, ({ facts, contracts, keys, operators }) => {
      const situation: Situation = {
        facts: { ...v.facts, ...facts },
        contracts: { ...v.contracts, ...contracts },
        keys: { ...v.keys, ...keys },
        operators: (operators as Situation['operators'] | undefined) ?? v.operators,
      };
      return verifyManifest(openManifest(bob, fromHex(v.valid.sealed)), optionsOf(situation));
    });
  });
});

describe('link.json', () => {
  interface ValidLink {
    readonly link: string;
    readonly chainId: number;
    readonly policyManager: Hex;
    readonly policyId: Hex;
    readonly manifestId: Hex;
    readonly verifyingKey: Hex;
    readonly uris: string[];
    readonly secret: Hex | null;
  }
  const v = readVectors<{
    known: { chainId: number; policyManager: Hex }[];
    valid: ValidLink[];
    faults: (Fault & { link: string })[];
  }>('link');

  it('reads and writes, and refuses its faults', async () => {
    for (const { link, secret, body, verifyingKey, ...fields } of v.valid as (ValidLink & { body?: Hex })[]) {
      const parsed = parseLink(link, v.known);
      const { bob, verifyingKey: key, ...rest } = parsed;
      expect(rest).toEqual(fields);
      expect(toHex(key.toBytes())).toBe(verifyingKey);
      expect(bob === undefined ? null : toHex(bob.toSecretBytes())).toBe(secret);
      expect(formatLink(link.slice(0, link.indexOf('/open#')), parsed)).toBe(link);
      expect(body === undefined || body.length > 2).toBe(true);
    }
    await expectFaults(v.faults, ({ link }) => parseLink(link, v.known));
  });
});

describe('card.json', () => {
  const v = readVectors<{
    contracts: Contracts;
    receivingSecret: Hex;
    verifyingSecret: Hex;
    fingerprint: string[];
    valid: {
      card: string;
      owner: Hex | null;
      provenOwner: Hex | null;
      name: string;
      version: number;
      issuedAt: number;
    }[];
    faults: (Fault & { card: string })[];
  }>('card');

  it('reads, writes and proves, and refuses its faults', async () => {
    for (const one of v.valid) {
      const verified = await verifyCard(parseCard(one.card), v.contracts);
      const { card, provenOwner } = verified;
      expect(formatCard(card)).toBe(one.card);
      expect(card.receivingKey.equals(secretKey(v.receivingSecret).publicKey)).toBe(true);
      expect(card.verifyingKey.equals(secretKey(v.verifyingSecret).publicKey)).toBe(true);
      expect([card.owner ?? null, provenOwner ?? null]).toEqual([one.owner, one.provenOwner]);
      expect([card.name, card.version, card.issuedAt]).toEqual([one.name, one.version, one.issuedAt]);
      expect(fingerprintWords(card.receivingKey, card.verifyingKey)).toEqual(v.fingerprint);
    }
    await expectFaults(v.faults, ({ card }) => verifyCard(parseCard(card), v.contracts));
  });
});

describe('notice.json', () => {
  interface Place {
    readonly policyId: Hex;
    readonly tag: Hex;
    readonly envelope: Hex;
  }
  const v = readVectors<{
    aliceReceivingSecret: Hex;
    bobReceivingSecret: Hex;
    tags: { toBob: Hex[]; toAlice: Hex[]; hello: { chainId: number; policyManager: Hex; bob: Hex; tag: Hex } };
    valid: Place & { manifestId: Hex; verifyingKey: Hex; uris: string[]; name: string };
    forTwo: Place;
    faults: (Fault & Place)[];
  }>('notice');
  const alice = secretKey(v.aliceReceivingSecret);
  const bob = secretKey(v.bobReceivingSecret);

  it('has tags that both sides make', () => {
    const found = PairwiseTags.fromSender(bob, alice.publicKey);
    const back = PairwiseTags.fromSender(alice, bob.publicKey);
    expect(v.tags.toBob).toEqual(v.tags.toBob.map((_, i) => found.at(i)));
    expect(v.tags.toAlice).toEqual(v.tags.toAlice.map((_, i) => back.at(i)));
    expect(helloTag(v.tags.hello)).toBe(v.tags.hello.tag);
  });

  it('opens for Bob, and its faults do not', async () => {
    const open = (place: Place) => openNotice(bob, place, fromHex(place.envelope));
    const opened = open(v.valid);
    expect([opened.manifestId, opened.uris, opened.name]).toEqual([v.valid.manifestId, v.valid.uris, v.valid.name]);
    expect(toHex(opened.verifyingKey.toBytes())).toBe(v.valid.verifyingKey);
    await expectFaults(v.faults, open);
    for (const reader of [bob, alice]) {
      const { manifestId, uris, name } = openNotice(reader, v.forTwo, fromHex(v.forTwo.envelope));
      expect({ manifestId, uris, name }).toEqual({
        manifestId: opened.manifestId,
        uris: opened.uris,
        name: opened.name,
      });
    }
  });
});

describe('condition.json', () => {
  const v = readVectors<{
    valid: { conditions: Hex; judged: { at: number; verdict: string }[] }[];
    faults: (Fault & { conditions: Hex })[];
  }>('condition');

  it('is judged by the second, and its faults are refused', async () => {
    for (const { conditions, judged } of v.valid) {
      for (const { at, verdict } of judged) {
        const result = judgeConditions(fromHex(conditions), at);
        expect(result.allowed ? 'allowed' : result.code).toBe(verdict);
      }
      expect(conditionsHash(fromHex(conditions))).toMatch(/^0x/);
    }
    await expectFaults(v.faults, ({ conditions }) => judgeConditions(fromHex(conditions), 0));
  });
});
