/**
 * Alice's grants, rebuilt from the chain and what she sealed to herself: nothing on this device is needed but her keys.
 *
 * Owns: events to summaries, finding each manifest by its notice. Owns not: unfinished grants (the journal).
 * Source: protocol.md sections 5.2 (events), 8.3 and 8.5; DESIGN section 6.
 */
import type { ChainReader } from '../../chain/chain.ts';
import { searchLogs } from '../../chain/logs.ts';
import type { PolicyManagerEvent, PolicyManagerEvents } from '../../chain/policyManager.ts';
import { DintelError } from '../../protocol/errors.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import { openLabel, openManifest } from '../../protocol/manifestSeal.ts';
import { type VerifiedManifest, verifyManifest } from '../../protocol/manifestVerify.ts';
import { openNotice } from '../../protocol/openNotice.ts';
import { checkSignal } from '../../protocol/streams.ts';
import { fetchBlob } from '../../storage/uris.ts';
import { inOrder } from '../clock.ts';
import type { Keyrings } from '../keyrings.ts';
import type { Network } from '../network.ts';
import type { OnProgress } from '../progress.ts';

/** One policy of Alice's. Units: seconds, wei. */
export interface GrantSummary {
  readonly policyId: Hex;
  readonly state: 'live' | 'expired' | 'revoked';
  readonly shares: number;
  readonly rateWei: bigint;
  readonly expiresAt: number;
  /** Not yet settled or refunded. */
  readonly leftWei: bigint;
  readonly createdBlock: bigint;
  readonly transactionHash: Hex;
  /** What only she can read; undefined with `missing` saying why. */
  readonly manifest: VerifiedManifest | undefined;
  readonly manifestId: Hex | undefined;
  readonly label: string | undefined;
  /** A code: E_NOTICE if no notice is for these keyrings (one of a former root?), or why the manifest cannot be had or believed. */
  readonly missing: string | undefined;
}

/** Whose grants are read from the chain, and with which keys their notices open. */
export interface ReadGrantsOptions {
  readonly network: Network<ChainReader>;
  readonly keyrings: Keyrings;
  readonly owner: Address;
  /** The sealed manifest, if this device has it. */
  readonly manifestOf?: (policyId: Hex) => Promise<Uint8Array | undefined>;
  readonly fetch?: typeof fetch | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `grants.blocks` while the events are read, then `grants.items` before each policy is given. */
  readonly onProgress?: OnProgress | undefined;
}

type Created = Extract<PolicyManagerEvent, { event: 'PolicyCreated' }>;
type Noticed = PolicyManagerEvents['Notice'];

/** Policies looked at, and their manifests fetched, at once. */
const width = 16;
/** Ids in one filter: what public RPCs take without complaint. */
const maxTopics = 1_000;

/** Newest first. Throws `ChainError`, ABORTED; a manifest that cannot be had is told in its summary. */
export async function* readGrants(options: ReadGrantsOptions): AsyncGenerator<GrantSummary, void, void> {
  const { network, owner, signal, onProgress } = options;
  checkSignal(signal);
  const { policyManager } = network;
  const { blockNumber: toBlock, timestamp } = await network.now();
  const created: Created[] = [];
  const search = {
    addresses: [policyManager.address],
    abi: policyManager.abi,
    fromBlock: BigInt(network.deployment.deployedBlock),
    toBlock,
  };
  const pages = searchLogs(network.chain, {
    ...search,
    event: 'PolicyCreated',
    indexed: { owner },
    ...(signal && { signal }),
  });
  for await (const page of pages) {
    for (const log of page.logs) {
      const event = policyManager.decode(log);
      if (event.event === 'PolicyCreated') created.push(event);
    }
    onProgress?.({ type: 'grants.blocks', block: page.toBlock, toBlock });
  }
  const notices = await noticesOf(created, options, toBlock);
  const work = (event: Created) => summaryOf(event, notices.get(event.args.id) ?? [], timestamp, options);
  let done = 0;
  for await (const summary of inOrder(created.reverse(), width, work)) {
    checkSignal(signal);
    onProgress?.({ type: 'grants.items', done: ++done, total: created.length });
    if (summary) yield summary;
  }
}

/** The chain's word on one policy, and what Alice sealed to herself of it; `undefined` if a re-organisation took it away. */
async function summaryOf(
  event: Created,
  notices: readonly Noticed[],
  timestamp: number,
  options: ReadGrantsOptions,
): Promise<GrantSummary | undefined> {
  const { network, keyrings } = options;
  const { id: policyId } = event.args;
  checkSignal(options.signal);
  const policy = await network.policyManager.policy(policyId);
  if (policy === undefined) return undefined;
  const found = await findManifest(policyId, notices, options);
  const base = {
    policyId,
    state: policy.revoked
      ? ('revoked' as const)
      : timestamp >= policy.expiresAt
        ? ('expired' as const)
        : ('live' as const),
    shares: policy.shares,
    rateWei: policy.rate,
    expiresAt: policy.expiresAt,
    leftWei: policy.left,
    createdBlock: event.blockNumber,
    transactionHash: event.transactionHash,
    manifestId: found.manifestId,
  };
  const nothing = { manifest: undefined, label: undefined };
  if (found.bytes === undefined) return { ...base, ...nothing, missing: found.missing };
  try {
    const { bytes } = found;
    const { keyring, opened } = keyrings.openWith((one) => openManifest(one.receiving(), bytes));
    const manifest = await verifyManifest(opened, {
      verifyingKey: keyring.verifying().publicKey,
      reader: 'sender',
      contracts: network.contracts,
      policy,
      operatorValid: (node, operator, epoch) => network.operatorValid(node, operator, epoch),
    });
    const sealedLabel = manifest.manifest.label;
    const label = sealedLabel && openLabel(keyring.receiving(), policyId, sealedLabel);
    return { ...base, manifest, label, missing: undefined };
  } catch (error) {
    if (!(error instanceof DintelError) || error.name === 'ChainError' || error.code === 'KEY_LOCKED') throw error;
    return { ...base, ...nothing, missing: error.code };
  }
}

/** All notices of these policies, by policy, in few questions: a filter takes many ids. */
async function noticesOf(
  created: readonly Created[],
  { network, signal }: ReadGrantsOptions,
  toBlock: bigint,
): Promise<ReadonlyMap<Hex, readonly Noticed[]>> {
  const { policyManager, chain } = network;
  const found = new Map<Hex, Noticed[]>();
  const ids = created.map(({ args }) => args.id);
  const query = { addresses: [policyManager.address], abi: policyManager.abi, event: 'Notice', toBlock };
  for (let at = 0; at < ids.length; at += maxTopics) {
    const part = ids.slice(at, at + maxTopics);
    const fromBlock = (created[at] as Created).blockNumber;
    const pages = searchLogs(chain, { ...query, fromBlock, indexed: { id: part }, ...(signal && { signal }) });
    for await (const page of pages) {
      for (const log of page.logs) {
        const event = policyManager.decode(log);
        if (event.event === 'Notice') found.set(event.args.id, [...(found.get(event.args.id) ?? []), event.args]);
      }
    }
  }
  return found;
}

interface Found {
  readonly bytes: Uint8Array | undefined;
  readonly manifestId: Hex | undefined;
  readonly missing: string | undefined;
}

/** From this device, or by the first notice that she sealed to herself: that of the creation. */
async function findManifest(policyId: Hex, notices: readonly Noticed[], options: ReadGrantsOptions): Promise<Found> {
  const { keyrings, signal } = options;
  const bytes = await options.manifestOf?.(policyId);
  if (bytes) return { bytes, manifestId: undefined, missing: undefined };
  for (const { tag, envelope } of notices) {
    try {
      const { opened } = keyrings.openWith((one) => openNotice(one.receiving(), { policyId, tag }, envelope));
      const { manifestId, uris } = opened;
      const storeOptions = { ...(options.fetch && { fetch: options.fetch }), ...(signal && { signal }) };
      try {
        return { bytes: await fetchBlob(manifestId.slice(2), uris, storeOptions), manifestId, missing: undefined };
      } catch (error) {
        if (!(error instanceof DintelError) || error.code === 'ABORTED') throw error;
        return { bytes: undefined, manifestId, missing: error.code };
      }
    } catch (error) {
      // A notice for somebody else.
      if (!(error instanceof DintelError) || error.code !== 'seal.open') throw error;
    }
  }
  return { bytes: undefined, manifestId: undefined, missing: 'E_NOTICE' };
}
