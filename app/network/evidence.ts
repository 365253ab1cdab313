/**
 * A conviction judged again, on this page: the evidence is read back from the transaction that brought it, and every check of the
 * contract is made by lib's own arithmetic. Nobody is asked for an opinion; the chain is asked for the bytes and for whose key it was.
 *
 * Owns: finding the evidence. Owns not: judging it (protocol/evidenceVerdict.ts). Source: spec/protocol.md section 6.
 */
import { Adjudicator, type ChainReader, type Deployment, httpRpc, MinerEscrow } from 'dintel/chain';
import { type Address, type Evidence, type Hex, type Judgement, judgeEvidence } from 'dintel/protocol';
import { type Abi, decodeFunctionData } from 'viem';
import type { Conviction } from './convictions.ts';
import { epochOf, type NetworkRules } from './facts.ts';

/** What this page found. Units: `ms` milliseconds for the arithmetic alone. */
export interface Rejudged {
  readonly judgement: Judgement;
  readonly evidence: Evidence;
  readonly ms: number;
}

/** Evidence as viem decodes it. */
type Decoded = Omit<Evidence, 'leaf' | 'capsule' | 'cfrag'> & {
  readonly leaf: { readonly index: bigint; readonly node: Address; readonly fragment: Hex; readonly terms: Hex };
  readonly capsule: Hex;
  readonly cfrag: Hex;
};

/** The input of a transaction and whom it called; undefined if the RPC does not know it. Throws `ChainError`. */
export type ReadInput = (hash: Hex) => Promise<{ readonly to: string | null; readonly input: Hex } | undefined>;

/** {@link ReadInput} by JSON-RPC. */
export const inputByRpc =
  (rpcUrl: string): ReadInput =>
  async (hash) =>
    ((await httpRpc(rpcUrl).request('eth_getTransactionByHash', [hash])) as Awaited<ReturnType<ReadInput>> | null) ??
    undefined;

/**
 * Judges a conviction for a wrong answer again. Undefined if its evidence did not come as a plain call of `convict`. Throws `ChainError`,
 * `ProtocolError` for evidence that cannot even be encoded.
 */
export async function judgeAgain(
  reader: ChainReader,
  readInput: ReadInput,
  of: {
    readonly deployment: Deployment;
    readonly rules: NetworkRules;
    readonly conviction: Pick<Conviction, 'transaction' | 'node' | 'time'>;
  },
): Promise<Rejudged | undefined> {
  const { deployment, rules, conviction } = of;
  const evidence = evidenceIn(await readInput(conviction.transaction), reader, deployment);
  if (evidence === undefined || evidence.leaf.node.toLowerCase() !== conviction.node) return undefined;
  let signer: Address | undefined;
  const started = performance.now();
  const judgement = judgeEvidence(evidence, {
    contracts: deployment,
    // What was in time then is in time for ever.
    currentEpoch: epochOf(conviction.time, rules),
    evidenceEpochs: rules.evidenceWindow,
    operatorValid: (_node, recovered) => {
      signer = recovered;
      return true;
    },
  });
  const ms = performance.now() - started;
  const escrow = new MinerEscrow(reader, deployment.escrow);
  const isOperator = signer !== undefined && (await escrow.operatorValid(evidence.leaf.node, signer, evidence.epoch));
  return { evidence, ms, judgement: isOperator ? judgement : { refused: 'NotOperator' } };
}

function evidenceIn(
  found: Awaited<ReturnType<ReadInput>>,
  reader: ChainReader,
  deployment: Deployment,
): Evidence | undefined {
  const adjudicator = new Adjudicator(reader, deployment.adjudicator);
  if (found?.to?.toLowerCase() !== adjudicator.address) return undefined;
  try {
    const { functionName, args } = decodeFunctionData({ abi: adjudicator.abi as Abi, data: found.input });
    return functionName === 'convict' ? evidenceOf((args as readonly unknown[])[0] as Decoded) : undefined;
  } catch {
    return undefined;
  }
}

const evidenceOf = ({ leaf, capsule, cfrag, ...rest }: Decoded): Evidence => ({
  ...rest,
  leaf: { ...leaf, index: Number(leaf.index), node: leaf.node.toLowerCase() as Address },
  capsule: bytesOf(capsule),
  cfrag: bytesOf(cfrag),
});

const bytesOf = (hex: Hex): Uint8Array =>
  Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
