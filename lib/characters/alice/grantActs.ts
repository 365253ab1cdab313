/**
 * How the acts of a grant are done: over HTTP, on chain, with Alice's keys. Owns: these acts. Owns not: their order and
 * what leads back (`grantMachine.ts`), which nodes (`probe.ts`). Source: protocol.md sections 3, 4, 7, 8.3 and 9.
 */
import type { Chain } from '../../chain/chain.ts';
import { readNodeInfos } from '../../chain/registry.ts';
import { ackCovers, verifyAck } from '../../protocol/ack.ts';
import { DintelError, ProtocolError } from '../../protocol/errors.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import { fragmentOfKfrag, leafOf } from '../../protocol/leaf.ts';
import { type Manifest, type ManifestFile, maxManifestBytes, signManifest } from '../../protocol/manifest.ts';
import { sealLabel, sealManifest } from '../../protocol/manifestSeal.ts';
import type { Ack } from '../../protocol/messages.ts';
import { reservationOf } from '../../protocol/reservation.ts';
import { sealKfrag } from '../../protocol/seal.ts';
import { checkSignal } from '../../protocol/streams.ts';
import { recoverTyped, signTyped } from '../../protocol/typed.ts';
import { chunkStoreOf, HttpStorage, isStore } from '../../storage/http.ts';
import { PublicKey } from '../../umbral/keys.ts';
import { Signature } from '../../umbral/signature.ts';
import { Signer } from '../../umbral/signer.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Keyrings } from '../keyrings.ts';
import type { Network } from '../network.ts';
import { NodeClient } from '../nodeClient.ts';
import type { OnProgress } from '../progress.ts';
import { retried } from '../retried.ts';
import { type SealedFile, sealedSizeOf, storedFile } from '../sealedFile.ts';
import type { Batch } from './batch.ts';
import { creationOf } from './creation.ts';
import type { GrantActs } from './grantMachine.ts';
import type { AckRecord, GrantRecord, Member, Reserve } from './grantRecord.ts';
import { payPolicies } from './pay.ts';
import type { Introductions } from './probe.ts';
import { blobOf, type PublishTarget, publishBlobs, type StoredBlob } from './publish.ts';
import { leafPartsOf, leavesOf, treeOf } from './recordTree.ts';

export interface ActsOptions {
  readonly network: Network<Chain>;
  /** Each grant is signed by the one that it was begun with. */
  readonly keyrings: Keyrings;
  /** The encrypted files of the grant, if they are at hand; else the cohort must hold them. */
  readonly files?: readonly SealedFile[] | undefined;
  /** Blocks on top of the creation before it counts. */
  readonly depth: number;
  /** The other grants that are paid with this one. */
  readonly batch?: Batch | undefined;
  /** Forgets who refuses. */
  readonly introductions?: Introductions | undefined;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** A grant by itself waits for nobody. */
const alone: Pick<Batch, 'asking' | 'publishing'> = { asking: (work) => work(), publishing: (work) => work() };

/** How often, and after how many milliseconds, a node whose view is an epoch behind is asked again. */
const behindTurns = 40;
const behindPauseMs = 250;

/** A kfrag sealed to its node at its place, as a member of the cohort. */
export function sealMember(policyId: Hex, index: number, kfrag: Uint8Array, node: Reserve): Member {
  const { keyNumber } = node;
  const key = PublicKey.fromBytes(node.encryptingKey);
  const sealedKfrag = sealKfrag(key, { keyNumber, policyId, index, node: node.node }, kfrag);
  const { node: address, url, encryptingKey } = node;
  return {
    node: address,
    url,
    encryptingKey,
    keyNumber,
    kfrag,
    sealedKfrag,
    fragment: fragmentOfKfrag(kfrag),
    ack: undefined,
  };
}

/** Copies of each blob: any `threshold` nodes that are alive hold every one. */
const copiesOf = (record: Pick<GrantRecord, 'shares' | 'threshold'>): number => record.shares - record.threshold + 1;

export function grantActs(options: ActsOptions): GrantActs {
  const { network, keyrings, signal, onProgress, clock = systemClock } = options;
  const { policyManager, contracts } = network;
  const { asking, publishing } = options.batch ?? alone;
  const client = (url: string) => new NodeClient({ url, ...(options.fetch && { fetch: options.fetch }) });

  return {
    requestAck: (record, index) =>
      asking(async () => {
        const member = record.cohort[index] as Member;
        const { policyId, rateWei: rate, expiresAt: until } = record;
        const leaf = leafPartsOf(record, index);
        const body = { domain: domainOf(record), policyId, leaf, sealedKfrag: member.sealedKfrag, rate, until };
        const ask = () => retried(() => client(member.url).post('acks', body, { signal }), clock, signal);
        let answer = await ask();
        let { epoch } = await network.now();
        // For a block and a poll after an epoch turned, a node promises by the one before, and payment would come too late for
        // that: it is given the time to see the turn. Without it all attempts of a grant are spent within a second.
        for (let turns = 0; turns < behindTurns; turns++) {
          if (answer.ack.lastStart >= epoch + 2) break;
          await clock.sleep(behindPauseMs, signal);
          checkSignal(signal);
          answer = await ask();
          ({ epoch } = await network.now());
        }
        const { ack: terms, signature } = answer;
        const ack: Ack = { policyId, leaf: leafOf(leaf).hash, ...terms };
        const operator = recoverTyped('Ack', contracts, ack, signature);
        const valid = await network.operatorValid(member.node, operator, ack.epoch);
        // Who is not the operator is named by the same error that a wrong signature would give. The stake wallet is none: what it
        // signs binds nobody on chain, and Bob would refuse the whole manifest when it is paid for.
        verifyAck({ contracts, ack, signature, operators: valid ? operator : [] });
        // In an epoch to come the node can still have another operator, and then nobody has signed.
        const covered = ack.epoch <= epoch && ackCovers(ack, { policyId, rate, start: epoch + 1 }, ack.leaf, until);
        if (!covered || ack.rate !== rate) {
          throw new ProtocolError('NODE_REFUSED', { details: `${member.url} promised other terms than asked.` });
        }
        return { ...terms, signature } satisfies AckRecord;
      }).catch((error: unknown) => {
        options.introductions?.forget((record.cohort[index] as Member).node);
        throw error;
      }),

    seal: async (record, index, kfrag, node) => sealMember(record.policyId, index, kfrag, node),

    refresh: async (reserve) => {
      const infos = await readNodeInfos(network.chain, { deployment: network.deployment, nodes: [reserve.node] });
      const info = infos.get(reserve.node);
      if (!info) return reserve;
      return { node: reserve.node, url: reserve.url, encryptingKey: info.encryptingKey, keyNumber: info.keyNumber };
    },

    currentEpoch: async () => (await network.now()).epoch,

    buildManifest: async (record) => {
      const keyring = keyrings.of(record.verifyingKey);
      const signer = new Signer(keyring.verifying());
      const receiving = keyring.receiving().publicKey;
      const manifest: Manifest = {
        chainId: record.chainId,
        policyManager: record.policyManager,
        adjudicator: record.adjudicator,
        policyId: record.policyId,
        salt: record.salt,
        createdAt: record.createdAt,
        revision: record.revision ?? 0,
        threshold: record.threshold,
        shares: record.shares,
        rate: record.rateWei,
        expiresAt: record.expiresAt,
        delegatingKey: PublicKey.fromBytes(record.delegatingKey),
        receivingKey: PublicKey.fromBytes(record.receivingKey),
        verifyingKey: PublicKey.fromBytes(record.verifyingKey),
        reader: record.reader,
        label: sealLabel(receiving, record.policyId, record.label),
        conditions: record.conditions,
        leaves: record.cohort.map(({ node, sealedKfrag, fragment, ack }) => {
          const { until, lastStart, epoch, signature } = ack as AckRecord;
          return {
            node,
            sealedKfrag,
            fragment,
            byteBudget: record.byteBudget,
            ackUntil: until,
            ackLastStart: lastStart,
            ackEpoch: epoch,
            ackSignature: signature,
          };
        }),
        files: record.files.map(
          ({ author, ...file }): ManifestFile => ({
            ...file,
            uris: [],
            author: author && {
              key: PublicKey.fromBytes(author.key),
              signature: Signature.fromBytes(author.signature),
            },
          }),
        ),
        note: record.note,
      };
      const recipients = [PublicKey.fromBytes(record.receivingKey), receiving];
      return sealManifest(signManifest(manifest, signer), recipients);
    },

    rootOnChain: async (policyId) => (await policyManager.policy(policyId))?.root,
    rootOf: (record) => treeOf(record).root,

    send: (record) =>
      options.batch ? options.batch.pay(record, signal) : payPolicies([record], { network, keyrings, onProgress }),

    waitMined: async (hash) => {
      const { blockNumber } = await network.chain.transaction(hash, policyManager.abi).wait(signal ? { signal } : {});
      onProgress?.({ type: 'tx.mined', hash });
      return blockNumber;
    },

    createdBlock: async (policyId) => (await creationOf(network, policyId, { signal }))?.blockNumber,

    waitDepth: async (record) => {
      const wanted = (record.createdBlock ?? 0n) + BigInt(options.depth);
      for (;;) {
        const { blockNumber } = await network.now();
        if (blockNumber >= wanted) return (await policyManager.policy(record.policyId)) !== undefined;
        await clock.sleep(250, signal);
        if (signal?.aborted) throw new ProtocolError('ABORTED');
      }
    },

    publish: (record) =>
      publishing(async () => {
        const shown = new Set<number>();
        const targets = targetsOf(record, options, (index) => shown.add(index));
        const blobs = await blobsOf(record, options);
        await publishBlobs({ blobs, targets, copies: copiesOf(record), onProgress, signal, clock });
        const left = record.cohort.flatMap(({ node }, index) => (shown.has(index) ? [] : [node]));
        return showLeaves(record, left, options);
      }),
  };
}

/** The nodes of a record as places for blobs; `onShown` is told of each that has taken a reservation, hence knows its leaf. */
function targetsOf(record: GrantRecord, options: ActsOptions, onShown: (index: number) => void): PublishTarget[] {
  const { network, keyrings, clock = systemClock } = options;
  const { leaves, tree } = leavesOf(record);
  const signer = keyrings.of(record.verifyingKey).verifying();
  return leaves.map(({ parts: leaf, hash }, index) => {
    const { url, ack } = record.cohort[index] as Member;
    const client = new NodeClient({ url, ...(options.fetch && { fetch: options.fetch }) });
    return {
      client,
      reserve: async (chunks, signal) => {
        const expiresAt = Math.min(record.expiresAt, Math.floor(clock.now() / 1000) + 3_600);
        const message = reservationOf({ policyId: record.policyId, leaf: hash, chunks, expiresAt });
        const signature = signTyped('Reservation', signer, network.contracts, message);
        const body = {
          domain: domainOf(record),
          policyId: record.policyId,
          leaf,
          proof: tree.proof(index),
          ack,
          chunks,
          reservation: { expiresAt, signature },
        };
        await client.post('reservations', body, { signal });
        onShown(index);
      },
    };
  });
}

/**
 * A node that holds no blob of the grant, and that Bob never asks, would not learn its leaf's proof, and without that nobody can
 * settle what it has earned. So each of these is given the manifest too. Best effort: resolves with those that would not have it.
 */
export async function showLeaves(
  record: GrantRecord,
  nodes: readonly Address[],
  options: ActsOptions,
): Promise<readonly Address[]> {
  const { signal, clock = systemClock } = options;
  if (!record.manifest || nodes.length === 0) return [];
  const { id, bytes } = record.manifest;
  const blob = { id: id.slice(2), size: bytes.length };
  const shown = new Set<number>();
  const targets = targetsOf(record, options, (index) => shown.add(index));
  const wanted = record.cohort.flatMap(({ node }, index) => (nodes.includes(node) ? [index] : []));
  await Promise.allSettled(
    wanted.map(async (index) => {
      const target = targets[index] as PublishTarget;
      await retried(() => target.reserve([blob], signal), clock, signal);
      await target.client.putChunk(blob.id, bytes, { signal });
    }),
  );
  checkSignal(signal);
  return wanted.filter((index) => !shown.has(index)).map((index) => (record.cohort[index] as Member).node);
}

/**
 * The manifest, and those that the notice on the chain may name instead. One manifest has at most 1 MiB, and so have the
 * earlier ones together here, the newest first: more than that the budget of the leaves does not hold.
 */
export function manifestsOf(record: GrantRecord): { readonly id: Hex; readonly bytes: Uint8Array }[] {
  const found = record.manifest ? [record.manifest] : [];
  let left = maxManifestBytes;
  for (const manifest of (record.earlierManifests ?? []).toReversed()) {
    left -= manifest.bytes.length;
    if (left >= 0) found.push(manifest);
  }
  return found;
}

/** Manifests, headers, indexes and chunks, each once; chunks are read only when somebody lacks them. */
async function blobsOf(record: GrantRecord, options: ActsOptions): Promise<StoredBlob[]> {
  const blobs = new Map<string, StoredBlob>();
  const add = (blob: StoredBlob) => blobs.set(blob.id, blob);
  for (const { id, bytes } of manifestsOf(record)) add(blobOf(id.slice(2), bytes, true));
  for (const granted of record.files) {
    const atHand = options.files?.find(
      (file) => file.header.id === granted.headerId && file.indexId === granted.indexId,
    );
    const file = atHand ?? (await heldFile(record, granted, options));
    add(blobOf(file.header.id.slice(2), file.header.bytes));
    file.chunkIds.forEach((id, index) => {
      add({
        id: id.slice(2),
        size: sealedSizeOf(file, index),
        read: (readSignal) => file.readChunk(index, readSignal),
      });
    });
    // The index last: who finds it finds the rest.
    add(blobOf(file.indexId.slice(2), file.indexBytes));
  }
  return [...blobs.values()];
}

/** A file that the cohort holds from an earlier grant or an earlier attempt. */
async function heldFile(
  record: GrantRecord,
  granted: GrantRecord['files'][number],
  options: ActsOptions,
): Promise<SealedFile> {
  const stores = record.cohort.map((member) => chunkStoreOf(member.url)).filter(isStore);
  const storage = new HttpStorage({ stores, ...(options.fetch && { fetch: options.fetch }) });
  try {
    return await storedFile(storage, granted, { signal: options.signal });
  } catch (cause) {
    if (cause instanceof DintelError && cause.code === 'ABORTED') throw cause;
    throw new ProtocolError('STORAGE_NOT_FOUND', {
      field: 'files',
      details: `No node of the cohort holds the file ${granted.headerId.slice(0, 12)} yet: give the encrypted file again.`,
      cause,
    });
  }
}

function domainOf({ chainId, adjudicator, policyManager, escrow }: GrantRecord) {
  return { chainId, adjudicator, policyManager, escrow };
}
