/** manifest.json: one policy of two shares, signed and sealed; what the chain says; one fault each. Source: spec/protocol.md section 8.3. */
import {
  addressOf,
  type CborValue,
  concatBytes,
  decodeCbor,
  encodeCbor,
  encodePayload,
  fragmentOfKfrag,
  fromHex,
  type Hex,
  leavesOf,
  type Manifest,
  policyIdOf,
  sha256,
  signAuthor,
  signManifest,
  signTyped,
  toHex,
  u32be,
  utf8,
} from 'dintel/protocol';
import { Signer } from 'dintel/umbral';
import { startFileWith } from '../../lib/protocol/fileEncrypt.ts';
import { sealManifestWith } from '../../lib/protocol/manifestSeal.ts';
import { ackIn } from '../../lib/protocol/manifestVerify.ts';
import { sealKfragWith, sealWith } from '../../lib/protocol/seal.ts';
import { encryptWith } from '../../lib/umbral/encrypt.ts';
import { flip, splice } from './faults.ts';
import { contractsOn, placeOf, secretOf, umbralRun, wordOf } from './people.ts';

const run = umbralRun(4);
const signer = new Signer(run.signing);
const contracts = contractsOn(31337);
const owner = placeOf('owner');
const salt = wordOf('salt');
const policyId = policyIdOf({ chainId: contracts.chainId, policyManager: contracts.policyManager, owner, salt });
const aliceReceiving = secretOf('alice receiving');
const bobVerifying = secretOf('bob verifying');
const nodes = [0, 1].map((i) => ({
  node: placeOf(`node ${i}`),
  operator: secretOf(`operator ${i}`),
  encrypting: secretOf(`encrypting ${i}`),
}));
const epoch = 20_833;

async function makeFile(): Promise<Manifest['files'][number]> {
  const fileKey = sha256(utf8('dintel vector manifest file key'));
  const random = {
    r: secretOf('manifest r').toSecretBytes(),
    u: secretOf('manifest u').toSecretBytes(),
    nonce: sha256(utf8('dintel vector manifest nonce')).subarray(0, 24),
  };
  const made = encryptWith(random, run.delegating.publicKey, fileKey)!;
  const key = { fileKey, capsule: made.capsule.toBytesSimple(), wrapped: made.ciphertext };
  const meta = { name: 'a.txt', mediaType: 'text/plain', size: 5 };
  const writer = await startFileWith(key, sha256(utf8('dintel vector manifest salt')).subarray(0, 16), meta, 2);
  const { bytes: headerBytes, id: headerId } = writer.header;
  const indexId = wordOf('index');
  const author = signAuthor(signer, headerId, indexId);
  return { headerId, indexId, headerBytes, size: 5, chunks: 1, uris: ['https://a.example/1'], author };
}

async function makeManifest(): Promise<Manifest> {
  const draft: Manifest = {
    chainId: contracts.chainId,
    policyManager: contracts.policyManager,
    adjudicator: contracts.adjudicator,
    policyId,
    salt,
    createdAt: 1_800_000_000,
    revision: 1,
    threshold: 2,
    shares: 2,
    rate: 1_000_000_000n,
    expiresAt: 1_800_086_400,
    delegatingKey: run.delegating.publicKey,
    receivingKey: run.receiving.publicKey,
    verifyingKey: run.signing.publicKey,
    reader: addressOf(bobVerifying.publicKey),
    label: sealWith(secretOf('label e'), aliceReceiving.publicKey, 'label', fromHex(policyId), utf8('médical')),
    conditions: undefined,
    leaves: nodes.map(({ node, encrypting }, index) => {
      const kfrag = run.kfrags[index]!;
      const place = { keyNumber: 0, policyId, index, node };
      return {
        node,
        sealedKfrag: sealKfragWith(secretOf(`manifest kfrag e ${index}`), encrypting.publicKey, place, kfrag),
        fragment: fragmentOfKfrag(kfrag),
        byteBudget: 2_000_000,
        ackUntil: 1_800_086_400,
        ackLastStart: epoch + 2,
        ackEpoch: epoch,
        ackSignature: new Uint8Array(65),
      };
    }),
    files: [await makeFile()],
    note: 'For you.',
  };
  const { leaves } = leavesOf(draft);
  const signAck = (leaf: Manifest['leaves'][number], i: number) =>
    signTyped('Ack', nodes[i]!.operator, contracts, ackIn(draft, leaf, leaves[i]!.hash));
  return { ...draft, leaves: draft.leaves.map((leaf, i) => ({ ...leaf, ackSignature: signAck(leaf, i) })) };
}

/** Payloads with one item replaced: what {@link parsePayload} must refuse. */
function payloadFaults(payload: Uint8Array): object[] {
  const items = decodeCbor(payload) as readonly CborValue[];
  const swap = (at: number, value: CborValue) => encodeCbor(items.map((item, i) => (i === at ? value : item)));
  const leaves = items[17] as readonly CborValue[];
  const file = (items[18] as readonly (readonly CborValue[])[])[0]!;
  const inFile = (at: number, value: CborValue) => swap(18, [file.map((item, i) => (i === at ? value : item))]);
  const cases: [string, Uint8Array, string][] = [
    ['a byte behind the end', concatBytes(payload, Uint8Array.of(0)), 'E_LENGTH'],
    ['a second encoding of the revision', splice(payload, payloadPlace(payload, 6), 1, 0x18, 1), 'E_CANONICAL'],
    [
      'an array of indefinite length',
      concatBytes(Uint8Array.of(0x9f), payload.subarray(1), Uint8Array.of(0xff)),
      'E_CANONICAL',
    ],
    ['one item less', encodeCbor(items.slice(0, -1)), 'E_COUNT'],
    ['one item more', encodeCbor([...items, null]), 'E_COUNT'],
    ['threshold 0', swap(7, 0), 'E_NUMBER'],
    ['a threshold above the shares', swap(7, 3), 'E_NUMBER'],
    ['65 shares', swap(8, 65), 'E_NUMBER'],
    ['one leaf less than shares', swap(17, leaves.slice(1)), 'E_MANIFEST'],
    ['a node twice', swap(17, [leaves[0]!, leaves[0]!]), 'E_MANIFEST'],
    ['a leading zero in the rate', swap(9, Uint8Array.of(0, 1)), 'E_CANONICAL'],
    ['no rate', swap(9, new Uint8Array(0)), 'E_LENGTH'],
    ['a key off the curve', swap(13, fromHex(`0x02${'00'.repeat(31)}05`)), 'E_FIELD'],
    ['a header of another id', inFile(0, new Uint8Array(32)), 'E_MANIFEST'],
    ['two chunks for five bytes', inFile(4, 2), 'E_MANIFEST'],
    ['a note of 1,025 bytes', swap(19, 'x'.repeat(1025)), 'E_LENGTH'],
  ];
  return cases.map(([name, bytes, code]) => ({ name, payload: toHex(bytes), code }));
}

/** Where item `at` of the payload begins. */
function payloadPlace(payload: Uint8Array, at: number): number {
  const items = decodeCbor(payload) as readonly CborValue[];
  return 1 + items.slice(0, at).reduce((sum: number, item) => sum + encodeCbor(item).length, 0);
}

/** Sealed bytes that do not open; `opened` says with whose key. */
function sealedFaults(sealed: Uint8Array, contentKey: Uint8Array, signed: Uint8Array): object[] {
  const bob = run.receiving.publicKey;
  const e = [secretOf('fault manifest e')];
  const front = sealManifestWith(contentKey, e, signed, [bob]).bytes;
  const cases: [string, Uint8Array, string][] = [
    ['another brand', flip(sealed, 0), 'E_BRAND'],
    ['a manifest that is not sealed', signed, 'E_BRAND'],
    ['version 2', splice(sealed, 4, 1, 2), 'E_VERSION'],
    ['no recipient', splice(sealed, 5, 1, 0), 'E_COUNT'],
    ['17 recipients', splice(sealed, 5, 1, 17), 'E_COUNT'],
    ["a bit of Bob's slot", flip(sealed, 8 * 50), 'seal.open'],
    ["a bit of Alice's slot", flip(sealed, 8 * 150), 'E_DECRYPT'],
    ['a bit of the body', flip(sealed, 8 * 200), 'E_DECRYPT'],
    ['one byte less', sealed.subarray(0, -1), 'E_LENGTH'],
    ['one byte more', concatBytes(sealed, Uint8Array.of(0)), 'E_LENGTH'],
    [
      'the slot of another manifest',
      concatBytes(sealed.subarray(0, 6), front.subarray(6, 87), sealed.subarray(87)),
      'E_DECRYPT',
    ],
  ];
  return cases.map(([name, bytes, code]) => ({ name, sealed: toHex(bytes), code }));
}

function plainFaults(signed: Uint8Array): object[] {
  const cases: [string, Uint8Array, string][] = [
    ['one byte more', concatBytes(signed, Uint8Array.of(0)), 'E_LENGTH'],
    ['one byte less', signed.subarray(0, -1), 'E_LENGTH'],
    ['a length of 2^32-1', concatBytes(signed.subarray(0, 5), u32be(0xffffffff), signed.subarray(9)), 'E_LENGTH'],
    ['a bit of the signature', flip(signed, 8 * signed.length - 8), 'E_SIGNATURE'],
    ['a signature of zeros', concatBytes(signed.subarray(0, -64), new Uint8Array(64)), 'E_FIELD'],
  ];
  return cases.map(([name, bytes, code]) => ({ name, manifest: toHex(bytes), code }));
}

export async function manifestVectors(): Promise<object> {
  const manifest = await makeManifest();
  const payload = encodePayload(manifest);
  const signed = signManifest(manifest, signer);
  const contentKey = sha256(utf8('dintel vector content key'));
  const ephemerals = [secretOf('manifest e 0'), secretOf('manifest e 1')];
  const recipients = [run.receiving.publicKey, aliceReceiving.publicKey];
  const sealed = sealManifestWith(contentKey, ephemerals, signed, recipients);
  const { tree, leaves } = leavesOf(manifest);
  const facts = { owner, root: tree.root, shares: 2, rate: '1000000000' };
  const other: Hex = placeOf('another');
  return {
    about:
      'spec/protocol.md section 10, "manifest". facts are what the chain says; a fault of facts or reader replaces these members for the valid manifest. Epochs: operators are valid at ackEpoch.',
    contracts,
    facts,
    policyId,
    operators: nodes.map(({ node, operator }) => ({ node, operator: addressOf(operator.publicKey), epoch })),
    keys: {
      delegating: toHex(run.delegating.publicKey.toBytes()),
      receivingSecret: toHex(run.receiving.toSecretBytes()),
      verifying: toHex(run.signing.publicKey.toBytes()),
      signingSecret: toHex(run.signing.toSecretBytes()),
      aliceReceivingSecret: toHex(aliceReceiving.toSecretBytes()),
      bobVerifying: toHex(bobVerifying.publicKey.toBytes()),
    },
    valid: {
      label: 'médical',
      note: manifest.note,
      rate: String(manifest.rate),
      payload: toHex(payload),
      manifest: toHex(signed),
      contentKey: toHex(contentKey),
      ephemerals: ephemerals.map((e) => toHex(e.toSecretBytes())),
      sealed: toHex(sealed.bytes),
      id: sealed.id,
      leaves: leaves.map(({ hash }) => hash),
      root: tree.root,
    },
    payloadFaults: payloadFaults(payload),
    manifestFaults: plainFaults(signed),
    sealedFaults: sealedFaults(sealed.bytes, contentKey, signed),
    factFaults: [
      { name: 'another owner on chain', facts: { owner: other }, code: 'E_MANIFEST' },
      { name: 'another root on chain', facts: { root: wordOf('another root') }, code: 'E_MANIFEST' },
      { name: 'three shares on chain', facts: { shares: 3 }, code: 'E_MANIFEST' },
      { name: 'a lower rate on chain', facts: { rate: '999999999' }, code: 'E_MANIFEST' },
      { name: 'another chain', contracts: { chainId: 1 }, code: 'E_DOMAIN' },
      { name: 'another policy manager', contracts: { policyManager: other }, code: 'E_DOMAIN' },
      { name: 'another adjudicator', contracts: { adjudicator: other }, code: 'E_DOMAIN' },
      { name: 'another pinned key', keys: { verifying: toHex(bobVerifying.publicKey.toBytes()) }, code: 'E_SIGNATURE' },
      { name: 'another reader', keys: { bobVerifying: toHex(run.signing.publicKey.toBytes()) }, code: 'E_RECIPIENT' },
      {
        name: 'an operator of another epoch',
        operators: nodes.map(({ node, operator }) => ({ node, operator: addressOf(operator.publicKey), epoch: 1 })),
        code: 'E_SIGNATURE',
      },
    ],
  };
}
