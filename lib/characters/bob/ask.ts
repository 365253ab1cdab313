/**
 * One question of Bob's to one node, and whether he believes the answer.
 *
 * Owns: the signed request, the checks of "Bob accepts", what is evidence. Owns not: whom to ask and when (`quorum.ts`),
 * the chain's facts (`bob.ts`). Source: protocol.md section 7 (`/v1/reencrypt`, "Bob accepts") and section 6.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { requestLifetimeSeconds } from '../../protocol/constants.ts';
import { DintelError, ProtocolError } from '../../protocol/errors.ts';
import { type Address, type Hex, toHex } from '../../protocol/hex.ts';
import { fragmentOfCfrag } from '../../protocol/leaf.ts';
import type { VerifiedManifest, VerifiedShare } from '../../protocol/manifestVerify.ts';
import { receiptOf, verifyReceipt } from '../../protocol/receipt.ts';
import { requestDigest, requestOf } from '../../protocol/request.ts';
import { recoverTyped, signTyped } from '../../protocol/typed.ts';
import type { Capsule } from '../../umbral/capsule.ts';
import { CapsuleFrag, VerifiedCapsuleFrag } from '../../umbral/capsuleFrag.ts';
import { UmbralError } from '../../umbral/errors.ts';
import type { SecretKey } from '../../umbral/keys.ts';
import type { Network } from '../network.ts';
import type { NodeClient } from '../nodeClient.ts';
import type { Outcome } from './quorum.ts';
import type { AnswerVerifier } from './verifier.ts';

/** A wrong answer over its node's signature: everything that the Adjudicator needs. */
export interface WrongAnswer {
  readonly policyId: Hex;
  readonly share: VerifiedShare;
  readonly epoch: number;
  /** Digest of the request, as the receipt names it. */
  readonly request: Hex;
  /** 98 and 359 bytes. */
  readonly capsule: Uint8Array;
  readonly cfrag: Uint8Array;
  /** The receipt's, 65 bytes. */
  readonly signature: Uint8Array;
  readonly operator: Address;
  /** Which check failed: `parse`, `fragment`, `cfrag.kfrag_signature`, `cfrag.reencryption`. */
  readonly fault: string;
}

/** The node answered wrongly and signed it. */
export class WrongAnswerError extends DintelError {
  override readonly name = 'WrongAnswerError';
  readonly evidence: WrongAnswer;
  constructor(evidence: WrongAnswer, cause?: unknown) {
    super('NODE_BAD_PROOF', { details: `${evidence.share.node} signed a wrong answer (${evidence.fault}).`, cause });
    this.evidence = evidence;
  }
}

export interface AskContext {
  readonly network: Network;
  readonly manifest: VerifiedManifest;
  /** Bob's verifying key: signs requests. */
  readonly reader: SecretKey;
  /** In order, at most 50. Shape: 98 bytes each beside the parsed ones. */
  readonly capsules: readonly Capsule[];
  readonly capsuleBytes: readonly Uint8Array[];
  /** Milliseconds since 1970, by Bob's clock. */
  readonly now: () => number;
  /** Milliseconds that a node's clock is ahead of Bob's, learnt from its refusals. */
  readonly offsets: Map<Address, number>;
  /** Who checks the proofs; here and now if absent. */
  readonly verifier?: AnswerVerifier | undefined;
}

/**
 * Ask one node for all capsules and verify the whole answer. Returns one verified fragment per capsule, in order.
 * Throws the node's refusal, NODE_UNREACHABLE, NODE_TIMEOUT, ABORTED; E_SIGNATURE, E_CLOCK or E_COUNT for an answer that is
 * none (unsigned, of another epoch, too short): not used, not evidence; WrongAnswerError for a wrong one over its signature.
 */
export async function askNode(
  client: NodeClient,
  share: VerifiedShare,
  context: AskContext,
  signal: AbortSignal,
): Promise<VerifiedCapsuleFrag[]> {
  const { network, manifest, reader, capsuleBytes } = context;
  const { contracts } = network;
  const { policyId } = manifest.manifest;
  const nowSeconds = Math.floor((context.now() + (context.offsets.get(share.node) ?? 0)) / 1000);
  const message = requestOf({
    policyId,
    leaf: share.leafHash,
    node: share.node,
    reader: share.parts.reader,
    capsules: capsuleBytes,
    nonce: toHex(randomBytes(32)),
    issuedAt: nowSeconds,
    expiresAt: nowSeconds + requestLifetimeSeconds,
  });
  const { rate, until, lastStart, epoch: ackEpoch } = share.ack;
  const { chainId, adjudicator, policyManager, escrow } = contracts;
  const body = {
    domain: { chainId, adjudicator, policyManager, escrow },
    policyId,
    leaf: share.parts,
    proof: share.proof,
    sealedKfrag: share.sealedKfrag,
    ack: { rate, until, lastStart, epoch: ackEpoch, signature: share.ackSignature },
    capsules: capsuleBytes,
    request: {
      node: share.node,
      reader: message.reader,
      nonce: message.nonce,
      issuedAt: message.issuedAt,
      expiresAt: message.expiresAt,
      signature: signTyped('Request', reader, contracts, message),
    },
  };
  let answer: Awaited<ReturnType<typeof client.post<'reencrypt'>>>;
  try {
    answer = await client.post('reencrypt', body, { signal });
  } catch (error) {
    noteClock(error, share.node, context);
    throw error;
  }
  return acceptAnswer(answer, requestDigest(contracts, message), share, context, signal);
}

/** Everything that must hold before a fragment is used. */
async function acceptAnswer(
  answer: {
    readonly epoch: number;
    readonly results: readonly { readonly cfrag: Uint8Array; readonly signature: Uint8Array }[];
  },
  request: Hex,
  share: VerifiedShare,
  context: AskContext,
  signal: AbortSignal,
): Promise<VerifiedCapsuleFrag[]> {
  const { network, manifest, capsules, capsuleBytes } = context;
  const { contracts } = network;
  const { policyId, verifyingKey, delegatingKey, receivingKey } = manifest.manifest;
  const { epoch, results } = answer;
  if (results.length !== capsules.length) {
    throw new ProtocolError('E_COUNT', { field: 'results', expected: `${capsules.length}`, got: `${results.length}` });
  }
  const { epoch: currentEpoch } = await network.now();
  const keys = { verifyingKey, delegatingKey, receivingKey };
  // First all signatures: an answer that is half signed is no answer, and nothing of it is looked at.
  const signed: { readonly operator: Address }[] = [];
  for (const [i, { cfrag, signature }] of results.entries()) {
    const receipt = { policyId, leaf: share.leafHash, epoch, request, capsule: capsuleBytes[i] as Uint8Array, cfrag };
    const operator = recoverTyped('Receipt', contracts, receiptOf(receipt), signature);
    const valid = await network.operatorValid(share.node, operator, epoch);
    // Not the stake wallet either: what it signs cannot convict the node, so it is no answer.
    verifyReceipt({ contracts, ...receipt, signature, operators: valid ? operator : [], currentEpoch });
    signed.push({ operator });
  }
  const wrong = (i: number, fault: string, cause?: unknown) => {
    const { cfrag, signature } = results[i] as (typeof results)[number];
    return new WrongAnswerError(
      {
        policyId,
        share,
        epoch,
        request,
        capsule: capsuleBytes[i] as Uint8Array,
        cfrag,
        signature,
        operator: (signed[i] as { operator: Address }).operator,
        fault,
      },
      cause,
    );
  };
  for (const [i, { cfrag }] of results.entries()) {
    if (fragmentOfCfrag(cfrag) !== share.leaf.fragment) throw wrong(i, 'fragment');
  }
  if (context.verifier) {
    const job = {
      capsules: capsuleBytes,
      cfrags: results.map(({ cfrag }) => cfrag),
      verifyingKey: verifyingKey.toBytes(),
      delegatingKey: delegatingKey.toBytes(),
      receivingKey: receivingKey.toBytes(),
    };
    const faults = await context.verifier.verify(job, signal);
    if (faults.length !== results.length) {
      throw new DintelError('E_INTERNAL', { details: 'The verifier left out an answer.' });
    }
    for (let i = 0; i < results.length; i++) {
      const fault = faults[i];
      if (fault !== undefined) throw wrong(i, fault);
    }
    return job.cfrags.map((cfrag) =>
      VerifiedCapsuleFrag.fromTrustedBytes(CapsuleFrag.fromBytesSimple(cfrag).toBytes()),
    );
  }
  return results.map(({ cfrag }, i) => {
    try {
      return CapsuleFrag.fromBytesSimple(cfrag).verify(capsules[i] as Capsule, keys);
    } catch (error) {
      if (error instanceof UmbralError) throw wrong(i, error.code, error);
      throw error;
    }
  });
}

/** Milliseconds: no clock is corrected by more, so that nobody can make Bob sign requests for another year. */
const longestOffsetMs = 86_400_000;

/** A clock that differs is corrected by what the node says of its own, by a day at most, for the one retry. */
function noteClock(error: unknown, node: Address, context: AskContext): void {
  if (!(error instanceof ProtocolError) || error.code !== 'E_CLOCK') return;
  const nodeTimeMs = error.data?.nodeTimeMs;
  if (typeof nodeTimeMs !== 'number' || !Number.isFinite(nodeTimeMs)) return;
  const offset = nodeTimeMs - context.now();
  context.offsets.set(node, Math.min(longestOffsetMs, Math.max(-longestOffsetMs, offset)));
}

/** How a node's failure counts: clock and pending are retried once, with a fresh nonce. */
export function judgeAnswer(error: unknown): Outcome {
  if (!(error instanceof DintelError)) return 'silent';
  switch (error.code) {
    case 'E_CLOCK':
    case 'E_PENDING':
    case 'E_POLICY':
      return 'retry';
    case 'NODE_BAD_PROOF':
      return 'bad';
    case 'NODE_TIMEOUT':
    case 'NODE_UNREACHABLE':
      return 'silent';
    default:
      return 'refused';
  }
}
