/** A world with a node that can be judged: its operator's key at hand, its answers signed as it pleases. */
import { type Address, dintelErrorsAbi } from 'dintel/chain';
import {
  type Contracts,
  type Evidence,
  fragmentOfCfrag,
  type Hex,
  type Leaf,
  leafHash,
  makeEvidence,
  receiptOf,
  type SignedAnswer,
  signTyped,
  toHex,
} from 'dintel/protocol';
import { SecretKey } from 'dintel/umbral';
import { getBytes, Interface, type Wallet } from 'ethers';
import type { HonestAnswer } from '../../../scripts/vectors/cheats.ts';
import { umbralRun, wordOf } from '../../../scripts/vectors/people.ts';
import { type Callable, makeWorld, minStake, type World } from './world.ts';

export interface Court extends World {
  readonly adjudicator: Callable;
  readonly contracts: Contracts;
  /** Stake wallet and operator of the node that is judged; 100,000 tokens at stake, awake for eight epochs. */
  readonly node: Wallet;
  readonly operator: Wallet;
  readonly reporter: Wallet;
  readonly honest: HonestAnswer;
  /** What the node's operator (or another key) signed in `epoch`. */
  sign(answer: Partial<Signing> & { cfrag: Uint8Array }): SignedAnswer;
}

interface Signing {
  readonly policyId: Hex;
  readonly index: number;
  readonly node: Address;
  readonly fragment: Hex;
  readonly terms: Hex;
  readonly epoch: number;
  readonly request: Hex;
  readonly capsule: Uint8Array;
  readonly cfrag: Uint8Array;
  readonly by: Wallet;
}

export const stake = 4n * minStake;
export const keyOf = (wallet: Wallet): SecretKey => SecretKey.fromBytes(getBytes(wallet.privateKey));
export const lower = (text: string): Hex => text.toLowerCase() as Hex;

/** Bytes as hex, as ethers wants them. */
export const rawEvidence = (evidence: Evidence) => ({
  ...evidence,
  capsule: toHex(evidence.capsule),
  cfrag: toHex(evidence.cfrag),
});

export async function makeCourt(profile: 'default' | 'production' = 'default'): Promise<Court> {
  const world = await makeWorld(profile);
  const { deployment } = world;
  const adjudicator = (await world.connection.ethers.getContractAt(
    'Adjudicator',
    deployment.adjudicator,
  )) as unknown as Callable;
  const [node, operator, reporter] = [await world.wallet(1), await world.wallet(2), await world.wallet(3)];
  await world.bond(node, operator, stake);
  await world.send(world.escrow, operator, 'heartbeat', [8]);
  await world.skip(1);
  const contracts: Contracts = { ...deployment };
  const run = umbralRun(0);
  const honest: HonestAnswer = {
    capsule: run.capsule,
    otherCapsule: umbralRun(4).capsule,
    cfrag: run.cfrags[0] as Uint8Array,
    kfrag: run.kfrags[0] as Uint8Array,
  };
  const epoch = Number(await world.epoch());
  return {
    ...world,
    adjudicator,
    contracts,
    node,
    operator,
    reporter,
    honest,
    sign(given) {
      const capsule = given.capsule ?? honest.capsule;
      const leaf: Leaf = {
        index: given.index ?? 2,
        node: given.node ?? lower(node.address),
        fragment: given.fragment ?? fragmentOfCfrag(given.cfrag),
        terms: given.terms ?? wordOf('terms'),
      };
      const answer = {
        policyId: given.policyId ?? wordOf('policy'),
        leaf,
        epoch: given.epoch ?? epoch,
        request: given.request ?? wordOf('request'),
        capsule,
        cfrag: given.cfrag,
      };
      const receipt = receiptOf({ ...answer, leaf: leafHash(leaf) });
      return { ...answer, signature: signTyped('Receipt', keyOf(given.by ?? operator), contracts, receipt) };
    },
  };
}

/** Evidence of what the node signed, as the contract takes it. */
export const evidenceFor = (court: Court, answer: Parameters<Court['sign']>[0]): Evidence =>
  makeEvidence(court.sign(answer));

const errors = new Interface(dintelErrorsAbi);

/** The custom error with which a call was refused, with its arguments: `BadHint(3)`; 'none' if it was not refused. */
export async function refusal(act: Promise<unknown>): Promise<string> {
  try {
    await act;
  } catch (error) {
    const data = dataOf(error);
    if (data === undefined) throw error;
    if (data === '0x') return 'no reason';
    const parsed = errors.parseError(data);
    return parsed === null ? data : `${parsed.name}${parsed.args.length > 0 ? `(${parsed.args.join(', ')})` : ''}`;
  }
  return 'none';
}

function dataOf(error: unknown): string | undefined {
  for (
    let one = error as { data?: unknown; cause?: unknown; error?: unknown } | undefined, depth = 0;
    one && depth < 6;
    depth++
  ) {
    if (typeof one.data === 'string') return one.data;
    one = (one.cause ?? one.error) as typeof one;
  }
  return undefined;
}
