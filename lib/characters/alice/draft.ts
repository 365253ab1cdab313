/**
 * A grant as it is written down before anything is sent: which nodes were drawn, what each of them gets, what Bob will be told. Owns: making
 * that record. Owns not: who is drawn and who answers (`probe.ts`), what becomes of the record (`grantMachine.ts`), its form
 * (`grantRecord.ts`). Source: protocol.md sections 5.2, 8 and 9.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import type { Chain } from '../../chain/chain.ts';
import { ChainError } from '../../chain/errors.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { type Address, type Hex, toHex } from '../../protocol/hex.ts';
import { policyIdOf } from '../../protocol/leaf.ts';
import { type FileAuthor, signAuthor } from '../../protocol/manifest.ts';
import { helloTag } from '../../protocol/notice.ts';
import { checkSignal } from '../../protocol/streams.ts';
import { generateKFrags } from '../../umbral/generateKFrags.ts';
import { Signer } from '../../umbral/signer.ts';
import type { SentTags } from '../inbox/sentTags.ts';
import type { Keyrings } from '../keyrings.ts';
import type { Network } from '../network.ts';
import { type SealedFile, sealedSizeOf } from '../sealedFile.ts';
import { sealMember } from './grantActs.ts';
import type { GrantRecord } from './grantRecord.ts';
import type { LabelKey } from './opener.ts';
import type { GrantManyOptions, GrantOptions } from './options.ts';
import { chooseCohort, type Introductions, toReserve } from './probe.ts';
import type { Prepared } from './quote.ts';
import type { BobKeys } from './recipient.ts';
import { samplerSeed } from './sampler.ts';

/** Kfrags made beyond the shares at most, for nodes that refuse; erased once all have promised. */
const spareShares = 8;
/** Room for the manifest and later revisions in every node's budget. */
const manifestRoomBytes = 2 * 1_048_576;

/** What drafting stands on. */
interface DraftPlace {
  readonly network: Network<Chain>;
  readonly keyrings: Keyrings;
  readonly sentTags: SentTags;
  readonly introductions: Introductions;
  readonly fetch: typeof fetch;
}

/**
 * Nodes are chosen, shares are made and sealed, for one Bob; nothing is sent or paid. Throws as `chooseCohort`, E_FIELD (a hello to nobody's
 * address), `ChainError`, ABORTED.
 */
export async function draftOne(
  { network, keyrings, sentTags, introductions, fetch }: DraftPlace,
  options: GrantOptions | GrantManyOptions,
  about: Prepared & {
    readonly bob: BobKeys;
    readonly opener: LabelKey;
    readonly conditions: Uint8Array | undefined;
    readonly batch: Hex | undefined;
    readonly probed: Map<Address, Promise<void>>;
  },
): Promise<GrantRecord> {
  const { threshold, shares, label, note, signal, onProgress } = options;
  const { quote, candidates, epoch, bob, opener, conditions, batch, probed } = about;
  const salt = toHex(randomBytes(32));
  const draw = await blockForDraw(network);
  const seed = samplerSeed(salt, draw.blockHash);
  const { cohort, reserves, skipped } = await chooseCohort({
    network,
    candidates,
    shares,
    seed,
    epoch,
    rateWei: quote.rateWei,
    probed,
    introductions,
    fetch,
    signal,
    onProgress,
  });
  checkSignal(signal);
  const { contracts } = network;
  const owner = network.chain.account;
  const policyId = policyIdOf({ ...contracts, owner, salt });
  const signer = new Signer(keyrings.newest.verifying());
  const kfrags = generateKFrags({
    delegatingSecretKey: opener.secretKey,
    receivingKey: bob.receivingKey,
    signer,
    threshold,
    // Only a reserve can take the place of one that refuses.
    shares: shares + Math.min(spareShares, reserves.length),
  }).map((kfrag) => kfrag.toBytes());
  const { timestamp } = await network.now();
  return {
    version: 1,
    policyId,
    ...(batch && { batch }),
    state: 'draft',
    failure: undefined,
    chainId: contracts.chainId,
    policyManager: contracts.policyManager,
    adjudicator: contracts.adjudicator,
    escrow: contracts.escrow,
    owner,
    salt,
    threshold,
    shares,
    rateWei: quote.rateWei,
    expiresAt: quote.expiresAt,
    createdAt: timestamp,
    byteBudget: budgetOf(options.files),
    conditions,
    delegatingKey: opener.secretKey.publicKey.toBytes(),
    receivingKey: bob.receivingKey.toBytes(),
    verifyingKey: signer.verifyingKey.toBytes(),
    reader: bob.reader,
    label,
    labelVersion: opener.version,
    note,
    selfNotice: options.selfNotice ?? true,
    noticeTag: await noticeTag({ network, sentTags }, bob, options),
    files: options.files.map(({ header, indexId, size, chunkIds }) => ({
      headerId: header.id,
      indexId,
      headerBytes: header.bytes,
      size,
      chunks: chunkIds.length,
      ...(options.vouch && { author: authorBytes(signAuthor(signer, header.id, indexId)) }),
    })),
    draw: { seed, ...draw, skipped: [...quote.skipped, ...skipped] },
    cohort: cohort.map((node, index) => sealMember(policyId, index, kfrags[index] as Uint8Array, toReserve(node))),
    spares: kfrags.slice(shares),
    reserves: reserves.map(toReserve),
    refused: [],
    manifest: undefined,
    transactionHash: undefined,
    createdBlock: undefined,
    attempts: 0,
  };
}

/** A block that is a little old: whoever makes the newest one cannot choose the nodes by it. */
async function blockForDraw(network: Network<Chain>): Promise<{ blockNumber: bigint; blockHash: Hex }> {
  const { blockNumber } = await network.now();
  const wanted = blockNumber > 2n ? blockNumber - 2n : blockNumber;
  const block = await network.chain.block(wanted);
  if (block === undefined) throw new ChainError('chain.rpc', 'The chain lost a block that it had a moment ago.');
  return { blockNumber: block.number, blockHash: block.hash };
}

/** Under what Bob finds the notice, if he is to. Throws E_FIELD (a hello to nobody's address), `ChainError`. */
async function noticeTag(
  { network, sentTags }: Pick<DraftPlace, 'network' | 'sentTags'>,
  bob: BobKeys,
  options: GrantOptions | GrantManyOptions,
): Promise<Hex | undefined> {
  const { announce = 'contact', signal } = options;
  if (announce === 'none') return undefined;
  if (announce === 'contact') return sentTags.next(bob.receivingKey, signal);
  if (announce === 'hello' && bob.address !== undefined) return helloTag({ ...network.contracts, bob: bob.address });
  throw new ProtocolError('E_FIELD', {
    field: 'announce',
    expected: 'a recipient with an address',
    got: 'one without',
  });
}

const authorBytes = ({ key, signature }: FileAuthor) => ({ key: key.toBytes(), signature: signature.toBytes() });

/** Bytes that any one node may have to keep. */
function budgetOf(files: readonly SealedFile[]): number {
  const stored = files.map((file) => {
    const chunks = file.chunkIds.reduce((sum, _, index) => sum + sealedSizeOf(file, index), 0);
    return chunks + file.header.bytes.length + file.indexBytes.length;
  });
  return stored.reduce((sum, bytes) => sum + bytes, manifestRoomBytes);
}
