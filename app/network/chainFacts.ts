/**
 * Reads the facts of a network: once from its deployment, then block by block.
 *
 * Owns: the cursor and what a re-organisation does to it (everything is read again: a page shows what is). Owns not: when to read
 * (`useChronicle.ts`), what facts mean (the folds).
 */
import {
  type Address,
  Adjudicator,
  type ChainLog,
  type ChainReader,
  type Deployment,
  MinerEscrow,
  PolicyManager,
  searchLogs,
} from 'dintel/chain';
import { BlockTimes } from './blockTimes.ts';
import { type Chronicle, epochOf, type Fact, type NetworkRules } from './facts.ts';

/** Events whose second matters: when access ended, when evidence was in time. */
const exact: ReadonlySet<string> = new Set(['PolicyRevoked', 'Slashed']);

/** Reads a network and keeps up with it. */
export class ChainFacts {
  readonly #reader: ChainReader;
  readonly #deployment: Deployment;
  readonly #escrow: MinerEscrow;
  readonly #policies: PolicyManager;
  readonly #adjudicator: Adjudicator;
  readonly #times: BlockTimes;
  #rules: NetworkRules | undefined;
  #facts: readonly Fact[] = [];
  #cursor: { readonly number: bigint; readonly hash: string } | undefined;

  constructor(reader: ChainReader, deployment: Deployment) {
    this.#reader = reader;
    this.#deployment = deployment;
    this.#escrow = new MinerEscrow(reader, deployment.escrow);
    this.#policies = new PolicyManager(reader, deployment.policyManager);
    this.#adjudicator = new Adjudicator(reader, deployment.adjudicator);
    this.#times = new BlockTimes(reader);
  }

  /** Reads what is new. Throws `ChainError`; the facts stay as they were and reading can go on. */
  async advance(): Promise<Chronicle> {
    this.#rules ??= await this.#readRules();
    const head = await this.#reader.block('latest');
    if (head === undefined) throw new Error('The chain has no newest block.');
    if (this.#cursor !== undefined && !(await this.#stillThere(this.#cursor))) this.#forget();
    const fromBlock = this.#cursor === undefined ? BigInt(this.#deployment.deployedBlock) : this.#cursor.number + 1n;
    const found: ChainLog[] = [];
    const contracts = [this.#escrow, this.#policies, this.#adjudicator];
    const pages = searchLogs(this.#reader, {
      addresses: contracts.map(({ address }) => address),
      abi: contracts.flatMap(({ abi }) => abi),
      fromBlock,
      toBlock: head.number,
    });
    for await (const page of pages) found.push(...page.logs);
    // What is read from these times is compared with the contracts' own: they are asked for first, and so are never interpolated.
    await this.#times.learn(found.filter(({ event }) => exact.has(event)).map(({ blockNumber }) => blockNumber));
    await this.#times.learn(found.map(({ blockNumber }) => blockNumber));
    if (found.length > 0) this.#facts = [...this.#facts, ...found.map((log) => this.#factOf(log))];
    this.#cursor = { number: head.number, hash: head.hash };
    const timestamp = Number(head.timestamp);
    return {
      rules: this.#rules,
      block: head.number,
      timestamp,
      epoch: epochOf(timestamp, this.#rules),
      facts: this.#facts,
    };
  }

  async #readRules(): Promise<NetworkRules> {
    const escrow = this.#escrow;
    const [epochLength, disputeWindow, evidenceWindow, unbonding, minStake] = await Promise.all([
      escrow.epochLength(),
      escrow.disputeWindow(),
      escrow.evidenceWindow(),
      escrow.unbondingEpochs(),
      escrow.minStake(),
    ]);
    return { epochLength, disputeWindow, evidenceWindow, unbonding, minStake };
  }

  async #stillThere(place: { readonly number: bigint; readonly hash: string }): Promise<boolean> {
    return (await this.#reader.block(place.number))?.hash === place.hash;
  }

  #forget(): void {
    this.#facts = [];
    this.#cursor = undefined;
    this.#times.clear();
  }

  #factOf(log: ChainLog): Fact {
    const time = this.#times.of(log.blockNumber);
    const isOf = ({ address }: { readonly address: Address }) => address === log.address;
    if (isOf(this.#escrow)) return { of: 'escrow', event: this.#escrow.decode(log), time };
    if (isOf(this.#policies)) return { of: 'policies', event: this.#policies.decode(log), time };
    return { of: 'adjudicator', event: this.#adjudicator.decode(log), time };
  }
}
