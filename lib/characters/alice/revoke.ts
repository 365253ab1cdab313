/**
 * The end of a policy, by its owner's transaction, or by one that somebody pays for her signature.
 *
 * Owns: signing, the early notice to the cohort, sending. Owns not: what nodes do with it. Source: protocol.md sections 4 and 5.2.
 */
import type { Chain } from '../../chain/chain.ts';
import { PolicyManager } from '../../chain/policyManager.ts';
import { DintelError } from '../../protocol/errors.ts';
import { type Address, fromHex, type Hex } from '../../protocol/hex.ts';
import type { Revocation } from '../../protocol/messages.ts';
import { checkSignal } from '../../protocol/streams.ts';
import { walletTypedData } from '../../protocol/typed.ts';
import type { Network } from '../network.ts';
import { NodeClient } from '../nodeClient.ts';
import type { OnProgress } from '../progress.ts';
import type { GrantRecord } from './grantRecord.ts';

/** Which grant ends, and whether its nodes are told before the transaction is mined. */
export interface RevokeOptions {
  readonly policyId: Hex;
  /** Also tell the cohort by a signed message, before the transaction is mined: one more signature. Default false. */
  readonly earlyNotice?: boolean | undefined;
  /** Sends and pays the transaction, so that the owner only signs: her account may be a contract wallet, or without coins. */
  readonly payer?: Chain | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface Revoked {
  readonly policyId: Hex;
  readonly transactionHash: Hex;
  readonly gasUsed: bigint;
  readonly refundWei: bigint;
  /** What each node of the cohort said to the early notice. */
  readonly nodes: readonly { readonly node: Address; readonly code: string | undefined }[];
}

type SignedRevocation = Revocation & { readonly signature: Uint8Array };

/** What it needs of Alice. */
interface RevokeContext {
  readonly network: Network<Chain>;
  /** Who is in the cohort, if this device knows. */
  readonly recordOf: (policyId: Hex) => Promise<GrantRecord | undefined>;
  readonly fetch: typeof fetch;
}

/** Resolves when mined. Throws `ChainError` (`revert` AlreadyRevoked, NotOwner, PolicyOver, …), ABORTED. */
export async function revokePolicy(options: RevokeOptions, context: RevokeContext): Promise<Revoked> {
  const { policyId, payer, earlyNotice, signal, onProgress } = options;
  const { policyManager, deployment } = context.network;
  checkSignal(signal);
  const signed = earlyNotice || payer ? await signRevocation(policyId, context.network) : undefined;
  const nodes = earlyNotice && signed ? await noticeEarly(signed, context, signal) : [];
  const sent =
    payer && signed
      ? await new PolicyManager(payer, deployment.policyManager).revokeBySig({ id: policyId, ...signed })
      : await policyManager.revoke(policyId);
  onProgress?.({ type: 'tx.sent', hash: sent.hash });
  const mined = await sent.wait(signal ? { signal } : {});
  onProgress?.({ type: 'tx.mined', hash: sent.hash });
  const refundWei =
    policyManager.eventIn(mined.logs, 'PolicyRevoked', ({ id }) => id === policyId.toLowerCase())?.refund ?? 0n;
  return { policyId, transactionHash: mined.hash, gasUsed: mined.gasUsed, refundWei, nodes };
}

/** Her word that it ends: good for nodes and for the contract, for an hour. One question to the wallet. */
async function signRevocation(policyId: Hex, network: Network<Chain>): Promise<SignedRevocation> {
  const { timestamp } = await network.now();
  const message: Revocation = { policyId, deadline: timestamp + 3_600 };
  const typed = walletTypedData('Revocation', network.contracts, message);
  return { ...message, signature: fromHex(await network.chain.signTypedData(typed)) };
}

/** The signed revocation to every node of the cohort; what they say is told, never waited for long. */
async function noticeEarly(
  revocation: SignedRevocation,
  { network, recordOf, fetch }: RevokeContext,
  signal: AbortSignal | undefined,
): Promise<Revoked['nodes']> {
  const record = await recordOf(revocation.policyId);
  const { chainId, adjudicator, policyManager, escrow } = network.contracts;
  const body = { domain: { chainId, adjudicator, policyManager, escrow }, ...revocation };
  return Promise.all(
    (record?.cohort ?? []).map(async ({ node, url }) => {
      try {
        await new NodeClient({ url, timeoutMs: 3_000, fetch }).post('revocations', body, { signal });
        return { node, code: undefined };
      } catch (error) {
        return { node, code: error instanceof DintelError ? error.code : 'E_INTERNAL' };
      }
    }),
  );
}
