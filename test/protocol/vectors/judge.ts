/**
 * The order of spec section 7 in one page, over the functions of lib/protocol: what rest.json means. A node's own judgement is
 * lib/characters/ursula; both must give the codes of the file.
 */
import {
  ackCovers,
  type Code,
  checkInTree,
  checkRequestTimes,
  type Domain,
  decodeBody,
  fragmentOfKfrag,
  fromHex,
  type Hex,
  judgeConditions,
  leafOf,
  openSealedKfrag,
  ProtocolError,
  recoverTyped,
  requestOf,
  sealedKfragHash,
  sealedKfragKeyNumber,
  verifyRequest,
} from '../../../lib/protocol/index.ts';
import { Capsule, KeyFrag, PublicKey, SecretKey } from '../../../lib/umbral/index.ts';

/** What the node of rest.json is and knows of the policy. */
export interface Self {
  readonly node: {
    node: Hex;
    domain: Domain;
    creationDepth: number;
    operator: { address: Hex };
    encrypting: { secret: string };
  };
  readonly policy: { policyId: Hex; shares: number; rate: string; start: number };
}

/** What changes from case to case. */
export interface Scene {
  readonly now: number;
  readonly headAge: number;
  readonly headTimestamp: number;
  readonly confirmations: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly policyKnown: boolean;
  readonly root: Hex;
  readonly minRate: string;
  readonly nonceSeen: boolean;
  readonly readerBucketEmpty: boolean;
  readonly queueFull: boolean;
  readonly oldestKeyNumber: number;
}

function unless(ok: boolean, code: Code): void {
  if (!ok) throw new ProtocolError(code);
}

/** Steps 1 to 13. Throws ProtocolError with the first refusal. */
export function judge({ node: self, policy }: Self, raw: Uint8Array, scene: Scene): void {
  const body = decodeBody('reencrypt', raw); // 1
  const { leaf, request, domain, policyId, ack } = body;
  const parts = ['chainId', 'adjudicator', 'policyManager', 'escrow'] as const;
  unless(
    parts.every((part) => domain[part] === self.domain[part]),
    'E_DOMAIN',
  ); // 2
  unless(request.node === self.node && leaf.node === self.node, 'E_AUDIENCE');
  unless(request.reader === leaf.reader, 'E_RECIPIENT');
  unless(scene.headAge <= 60, 'E_CHAIN_STALE'); // 3
  unless(scene.policyKnown && policyId === policy.policyId, 'E_POLICY'); // 4
  unless(scene.revokedAt === null, 'E_REVOKED');
  unless(scene.headTimestamp < scene.expiresAt, 'E_EXPIRED');
  unless(scene.confirmations >= self.creationDepth, 'E_PENDING');
  const { hash } = leafOf(leaf);
  if (BigInt(policy.rate) < BigInt(scene.minRate)) {
    if (ack === undefined) throw new ProtocolError('E_PAYMENT');
    const { signature, ...terms } = ack;
    const promised = { ...terms, policyId, leaf: hash };
    // Conditions are part of the leaf, so that an Ack of this leaf is signed by the operator over these very bytes.
    unless(recoverTyped('Ack', self.domain, promised, signature) === self.operator.address, 'E_PAYMENT');
    unless(
      ackCovers(promised, { policyId, rate: BigInt(policy.rate), start: policy.start }, hash, scene.headTimestamp),
      'E_PAYMENT',
    );
  }
  checkInTree({ root: scene.root, leaf: hash, index: leaf.index, shares: policy.shares, proof: body.proof }); // 5
  const verdict = leaf.conditions === null ? undefined : judgeConditions(leaf.conditions, scene.headTimestamp); // 6
  if (verdict?.allowed === false) throw new ProtocolError(verdict.code);
  checkRequestTimes(request, scene.now); // 7
  unless(!scene.nonceSeen, 'E_REPLAY'); // 8
  const message = requestOf({ ...request, policyId, leaf: hash, capsules: body.capsules });
  verifyRequest({ contracts: self.domain, request: message, signature: request.signature }); // 9
  unless(!scene.readerBucketEmpty, 'E_RATE');
  unless(!scene.queueFull, 'E_BUSY'); // 11
  unless(sealedKfragHash(body.sealedKfrag) === leaf.sealedKfragHash, 'E_KFRAG'); // 12
  unless(sealedKfragKeyNumber(body.sealedKfrag) >= scene.oldestKeyNumber, 'E_KEY_NUMBER');
  const secret = SecretKey.fromBytes(fromHex(self.encrypting.secret));
  const kfrag = openSealedKfrag(secret, { policyId, index: leaf.index, node: self.node }, body.sealedKfrag);
  unless(fragmentOfKfrag(kfrag) === leaf.fragment, 'E_KFRAG');
  const [delegatingKey, receivingKey, verifyingKey] = leaf.keys.map((key) => PublicKey.fromBytes(key));
  if (!delegatingKey || !receivingKey || !verifyingKey) throw new ProtocolError('E_KFRAG');
  KeyFrag.fromBytes(kfrag).verify({ verifyingKey, delegatingKey, receivingKey, checkReceiverSignature: true });
  for (const capsule of body.capsules) {
    try {
      Capsule.fromBytesSimple(capsule); // 13
    } catch (cause) {
      throw new ProtocolError('E_CAPSULE_INVALID', { cause });
    }
  }
}
