/**
 * rest.json: one request with its digest, receipts and answer, and each refusal of `/v1/reencrypt` in its order, alone and in pairs:
 * a request with two faults gives the earlier one. Source: spec/protocol.md section 7.
 *
 * A refusal is the good scene with patches: `body` patches the JSON of the request, `scene` what the node knows; a patch sets the
 * value at a path, or removes the member where `value` is absent.
 */
import {
  type AckBody,
  ackOf,
  addressOf,
  capsuleHash,
  decodeAnswer,
  decodeBody,
  encodeAnswer,
  encodeBody,
  encodeConditions,
  fragmentOfKfrag,
  type Json,
  leafOf,
  leafTree,
  policyIdOf,
  type ReencryptBody,
  receiptOf,
  requestDigest,
  requestOf,
  sealedKfragHash,
  signTyped,
  toHex,
  typedDigest,
  zeroHash,
} from 'dintel/protocol';
import { Capsule, KeyFrag, type SecretKey } from 'dintel/umbral';
// Internal on purpose: they take their randomness, so that the vectors are the same at every run.
import { sealKfragWith } from '../../lib/protocol/seal.ts';
import { reencryptWith } from '../../lib/umbral/reencrypt.ts';
import { contractsOn, operator, operatorAddress, placeOf, secretOf, umbralRun, wordOf } from './people.ts';

const chainId = 31337;
const { keyRegistry: _, ...domain } = contractsOn(chainId);
const epochLength = 86_400;
const run = umbralRun(8);
const other = umbralRun(4);
const node = placeOf('node 1');
const encrypting = secretOf('encrypting');
const reader = run.receiving;
const owner = placeOf('rest owner');
const salt = wordOf('rest salt');
const policyId = policyIdOf({ chainId, policyManager: domain.policyManager, owner, salt });
const now = 20_000 * epochLength + 1000;
const index = 1;

/** What the node knows when the request comes. Units: seconds, wei, epochs. */
interface Scene {
  readonly now: number;
  readonly headAge: number;
  readonly headTimestamp: number;
  readonly confirmations: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly policyKnown: boolean;
  readonly root: string;
  readonly minRate: string;
  readonly nonceSeen: boolean;
  readonly readerBucketEmpty: boolean;
  readonly queueFull: boolean;
  readonly oldestKeyNumber: number;
}

/** Faults in the order in which a node must find them, and what each changes. */
const faults = [
  'E_FIELD_UNKNOWN',
  'E_COUNT',
  'E_FIELD',
  'E_DOMAIN',
  'E_AUDIENCE',
  'E_RECIPIENT',
  'E_CHAIN_STALE',
  'E_POLICY',
  'E_REVOKED',
  'E_EXPIRED',
  'E_PENDING',
  'E_PAYMENT',
  'E_LEAF',
  'E_CONDITION',
  'E_CLOCK',
  'E_REPLAY',
  'E_SIGNATURE',
  'E_RATE',
  'E_BUSY',
  'E_KFRAG',
  'E_KEY_NUMBER',
  'E_CAPSULE_INVALID',
] as const;
type Fault = (typeof faults)[number];
type Patch = { readonly path: readonly (string | number)[]; readonly value?: Json };

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const parse = (json: string): Json => JSON.parse(json) as Json;

/** The body with all its hashes and signatures right, but for the faults asked for; they are put in before signing. */
function build(asked: ReadonlySet<Fault>): {
  readonly json: Json;
  readonly scene: Scene;
  readonly body: ReencryptBody;
} {
  const sealed = run.kfrags.map((kfrag, i) =>
    sealKfragWith(
      secretOf(`ephemeral ${i}`),
      encrypting.publicKey,
      { keyNumber: 0, policyId, index: i, node: placeOf(`node ${i}`) },
      kfrag,
    ),
  );
  const conditions = asked.has('E_CONDITION')
    ? Uint8Array.of(0x82, 0x01, 0x82, 0x63, 0x61, 0x6c, 0x6c, 0x80)
    : encodeConditions({ notBefore: now - 10 });
  const parts = run.kfrags.map((kfrag, i) => ({
    index: i,
    node: placeOf(`node ${i}`),
    fragment: fragmentOfKfrag(kfrag),
    sealedKfragHash: sealedKfragHash(sealed[i]!),
    keys: run.keys,
    reader: addressOf(reader.publicKey),
    byteBudget: 1_000_000_000,
    conditions,
  }));
  const tree = leafTree(parts.map((part) => leafOf(part).hash));
  const leaf = parts[index]!;
  const leafName = leafOf(leaf).hash;
  const first = run.capsule.slice();
  if (asked.has('E_CAPSULE_INVALID')) first[97]! ^= 1;
  const capsules = [first, other.capsule];
  const request = requestOf({
    policyId,
    leaf: leafName,
    node,
    reader: leaf.reader,
    capsules,
    nonce: wordOf('rest nonce'),
    issuedAt: now - 2,
    expiresAt: now + 58,
  });
  const signer: SecretKey = asked.has('E_SIGNATURE') ? secretOf('stranger') : reader;
  const expiresAt = 20_010 * epochLength;
  const ack = ackOf({ policyId, leaf: leafName, rate: 1000n, until: expiresAt, epoch: 19_999 });
  const { policyId: _policyId, leaf: _leaf, ...ackTerms } = ack;
  const sealedKfrag = sealed[index]!.slice();
  if (asked.has('E_KFRAG')) sealedKfrag[362]! ^= 1;
  const body: ReencryptBody = {
    domain: asked.has('E_DOMAIN') ? { ...domain, chainId: 1 } : domain,
    policyId,
    leaf,
    proof: asked.has('E_LEAF') ? tree.proof(index).map(() => zeroHash) : tree.proof(index),
    sealedKfrag,
    ...(asked.has('E_PAYMENT') ? {} : { ack: { ...ackTerms, signature: signTyped('Ack', operator, domain, ack) } }),
    capsules,
    request: {
      node: asked.has('E_AUDIENCE') ? placeOf('another node') : node,
      reader: asked.has('E_RECIPIENT') ? placeOf('another reader') : request.reader,
      nonce: request.nonce,
      issuedAt: request.issuedAt,
      expiresAt: request.expiresAt,
      signature: signTyped('Request', signer, domain, request),
    },
  };
  // Faults of shape cannot be encoded: they are put into the JSON.
  const json = parse(text(encodeBody('reencrypt', body))) as { [member: string]: Json };
  if (asked.has('E_FIELD_UNKNOWN')) json.extra = true;
  if (asked.has('E_COUNT')) json.capsules = [];
  if (asked.has('E_FIELD')) json.policyId = toHex(new Uint8Array(31));
  const scene: Scene = {
    now: asked.has('E_CLOCK') ? request.expiresAt : now,
    headAge: asked.has('E_CHAIN_STALE') ? 61 : 2,
    headTimestamp: asked.has('E_EXPIRED') ? expiresAt : now - 2,
    confirmations: asked.has('E_PENDING') ? 0 : 5,
    expiresAt,
    revokedAt: asked.has('E_REVOKED') ? now - 5 : null,
    policyKnown: !asked.has('E_POLICY'),
    root: tree.root,
    // The policy pays 1000: below minRate, so that only the Ack of the body covers it.
    minRate: '2000',
    nonceSeen: asked.has('E_REPLAY'),
    readerBucketEmpty: asked.has('E_RATE'),
    queueFull: asked.has('E_BUSY'),
    oldestKeyNumber: asked.has('E_KEY_NUMBER') ? 1 : 0,
  };
  return { json, scene, body };
}

/** What must be set or removed in `from` to get `to`. */
function patches(from: Json, to: Json, path: readonly (string | number)[] = []): Patch[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  const isObject = (value: Json): value is { readonly [member: string]: Json } =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    return from.flatMap((part: Json, i) => patches(part, to[i] as Json, [...path, i]));
  }
  if (!isObject(from) || !isObject(to)) return [{ path, value: to }];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((member) => {
    const a = from[member];
    const b = to[member];
    if (b === undefined) return [{ path: [...path, member] }];
    return a === undefined ? [{ path: [...path, member], value: b }] : patches(a, b, [...path, member]);
  });
}

export function restVectors(): object {
  const good = build(new Set());
  const { body } = good;
  const leafName = leafOf(body.leaf).hash;
  const request = requestOf({ ...body.request, policyId, leaf: leafName, capsules: body.capsules });
  const digest = requestDigest(domain, request);
  const epoch = Math.floor(good.scene.headTimestamp / epochLength);
  const kfrag = KeyFrag.fromBytes(run.kfrags[index]!).verify({
    verifyingKey: run.signing.publicKey,
    delegatingKey: run.delegating.publicKey,
    receivingKey: run.receiving.publicKey,
    checkReceiverSignature: true,
  });
  const taus = new Uint8Array([...secretOf('tau 0').toSecretBytes(), ...secretOf('tau 1').toSecretBytes()]);
  const cfrags = reencryptWith(
    taus,
    body.capsules.map((capsule) => Capsule.fromBytesSimple(capsule)),
    kfrag,
  );
  const receipts = cfrags.map((cfrag, i) =>
    receiptOf({
      policyId,
      leaf: leafName,
      epoch,
      request: digest,
      capsule: body.capsules[i]!,
      cfrag: cfrag.toBytesSimple(),
    }),
  );
  const results = cfrags.map((cfrag, i) => ({
    cfrag: cfrag.toBytesSimple(),
    signature: signTyped('Receipt', operator, domain, receipts[i]!),
  }));
  const head = { number: 1234, hash: wordOf('head'), timestamp: good.scene.headTimestamp };
  const answer = text(encodeAnswer('reencrypt', { epoch, head, results }));
  decodeAnswer('reencrypt', new TextEncoder().encode(answer));
  return {
    about:
      'spec/protocol.md section 10, "rest". refusals: patch body and scene of the good request, expect code; faults in the order of section 7.',
    node: {
      node,
      domain,
      epochLength,
      creationDepth: 1,
      operator: { secret: toHex(operator.toSecretBytes()), address: operatorAddress },
      encrypting: {
        keyNumber: 0,
        secret: toHex(encrypting.toSecretBytes()),
        publicKey: toHex(encrypting.publicKey.toBytes()),
      },
    },
    policy: { policyId, owner, salt, shares: run.kfrags.length, rate: '1000', start: 20_001, end: 20_009 },
    reader: {
      secret: toHex(reader.toSecretBytes()),
      address: addressOf(reader.publicKey),
      delegatingKey: toHex(run.keys[0]),
      verifyingKey: toHex(run.keys[2]),
    },
    head,
    scene: good.scene,
    request: {
      body: text(encodeBody('reencrypt', body)),
      leaf: leafName,
      capsules: body.capsules.map((capsule) => capsuleHash(capsule)),
      digest,
    },
    receipts: receipts.map((receipt) => ({
      ...receipt,
      digest: typedDigest('Receipt', domain, receipt),
      signer: operatorAddress,
    })),
    answer,
    ack: ackExchange(body),
    refusals: [
      ...faults.map((fault) => refusal(good, [fault])),
      ...faults.flatMap((first, i) => faults.slice(i + 1).map((second) => refusal(good, [first, second]))),
    ],
    texts: texts(text(encodeBody('reencrypt', body))),
  };
}

/** `/v1/acks` for the same leaf: body and answer. */
function ackExchange(body: ReencryptBody): object {
  const ackBody: AckBody = {
    domain,
    policyId,
    leaf: body.leaf,
    sealedKfrag: body.sealedKfrag,
    rate: 1000n,
    until: body.ack!.until,
  };
  const bytes = encodeBody('acks', ackBody);
  decodeBody('acks', bytes);
  const { signature, ...ack } = body.ack!;
  return { body: text(bytes), answer: text(encodeAnswer('acks', { ack, signature })), signer: operatorAddress };
}

function refusal(good: ReturnType<typeof build>, asked: readonly Fault[]): object {
  const { json, scene } = build(new Set(asked));
  const code = faults.find((fault) => asked.includes(fault));
  return {
    faults: asked,
    code,
    body: patches(good.json, json),
    scene: patches({ ...good.scene } as Json, { ...scene } as Json),
  };
}

/** Bodies that no patch of JSON can express, as UTF-8 in hex. */
function texts(body: string): object[] {
  const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);
  const list: readonly (readonly [string, string, string | Uint8Array])[] = [
    ['empty', 'E_JSON', ''],
    ['cut', 'E_JSON', '{"domain":{"chainId":31337'],
    ['byte-order mark', 'E_JSON', '\ufeff{}'],
    ['NUL', 'E_JSON', '{}\u0000'],
    ['prototype', 'E_JSON', '{"__proto__":{}}'],
    ['constructor', 'E_JSON', '{"domain":{"constructor":{}}}'],
    ['member twice', 'E_JSON_DUPLICATE', body.replace('{', '{"policyId":"0x",')],
    ['member twice, escaped', 'E_JSON_DUPLICATE', '{"a":1,"\\u0061":1}'],
    ['not UTF-8', 'E_UTF8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
    ['nested 9 deep', 'E_DEPTH', '[[[[[[[[[]]]]]]]]]'],
    ['list', 'E_SCHEMA', '[]'],
    ['string', 'E_SCHEMA', '"x"'],
    ['null', 'E_SCHEMA', 'null'],
    ['number with exponent', 'E_NUMBER', '{"rate":1e400}'],
    ['negative zero', 'E_NUMBER', '{"rate":-0}'],
    ['2^53 + 1', 'E_NUMBER', '{"rate":9007199254740993}'],
    ['nothing', 'E_FIELD', '{}'],
  ];
  return list.map(([name, code, value]) => ({
    name,
    code,
    bytes: toHex(typeof value === 'string' ? utf8(value) : value),
  }));
}
