/**
 * The contracts of one deployment, seen through one chain. Owns: agents put together, time of the chain, a memory of
 * operators. Owns not: deployments (lib/chain), nodes (`nodeClient.ts`).
 */
import type { ChainReader } from '../chain/chain.ts';
import type { Deployment } from '../chain/deployments.ts';
import { ChainError } from '../chain/errors.ts';
import { KeyRegistry } from '../chain/keyRegistry.ts';
import { MinerEscrowReader } from '../chain/minerEscrowReader.ts';
import { PolicyManager } from '../chain/policyManager.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { type Address, toHex } from '../protocol/hex.ts';
import type { Contracts } from '../protocol/messages.ts';
import type { ContractJudge } from '../protocol/typed.ts';
import { ready } from '../umbral/engine/current.ts';
import { attempt } from './explain.ts';

const erc1271Abi = [
  {
    type: 'function',
    name: 'isValidSignature',
    inputs: [
      { name: 'hash', type: 'bytes32' },
      { name: 'signature', type: 'bytes' },
    ],
    outputs: [{ name: '', type: 'bytes4' }],
  },
];

const managerAbi = [{ type: 'function', name: 'policyManager', inputs: [], outputs: [{ name: '', type: 'address' }] }];

/** Throws `chain.not_deployed` unless the adjudicator is there and judges policies of this manager: both addresses in one question. */
async function checkWiring(chain: ChainReader, deployment: Deployment): Promise<void> {
  const asked = chain.call({ to: deployment.adjudicator, abi: managerAbi, function: 'policyManager', args: [] });
  const found = await asked.catch((error: unknown) => {
    if (!isForeign(error)) throw error;
  });
  if (String(found) === deployment.policyManager.toLowerCase()) return;
  const name = found === undefined ? 'adjudicator' : 'policyManager';
  throw new ChainError('chain.not_deployed', undefined, {
    field: `deployment.${name}`,
    expected: found as Address | undefined,
    got: deployment[name],
  });
}

/** Whether a call says that something else, or nothing, is at its address. */
const isForeign = (error: unknown): boolean =>
  error instanceof ChainError && ['chain.reverted', 'chain.not_deployed', 'chain.abi'].includes(error.code);

/** Chain and contracts as messages name them. */
export function contractsOf(deployment: Deployment): Contracts {
  const lower = (address: Address) => address.toLowerCase() as Address;
  return {
    chainId: deployment.chainId,
    adjudicator: lower(deployment.adjudicator),
    policyManager: lower(deployment.policyManager),
    escrow: lower(deployment.escrow),
    keyRegistry: lower(deployment.keyRegistry),
  };
}

/** The newest block as policies are judged by. Units: seconds. */
export interface ChainTime {
  readonly blockNumber: bigint;
  readonly timestamp: number;
  readonly epoch: number;
}

/** One deployment through one chain. `C` decides whether one can act. */
export class Network<C extends ChainReader = ChainReader> {
  readonly chain: C;
  readonly deployment: Deployment;
  readonly contracts: Contracts;
  readonly escrow: MinerEscrowReader<C>;
  readonly policyManager: PolicyManager<C>;
  readonly keyRegistry: KeyRegistry<C>;
  readonly epochLength: number;
  readonly #operators = new Map<string, Promise<boolean>>();

  private constructor(chain: C, deployment: Deployment, epochLength: number) {
    this.chain = chain;
    this.deployment = deployment;
    this.contracts = contractsOf(deployment);
    this.escrow = new MinerEscrowReader(chain, deployment.escrow);
    this.policyManager = new PolicyManager(chain, deployment.policyManager);
    this.keyRegistry = new KeyRegistry(chain, deployment.keyRegistry);
    this.epochLength = epochLength;
  }

  /** Throws E_FIELD, CHAIN_MISMATCH, `ChainError` (`chain.not_deployed` if the contracts are not there, or do not belong together). */
  static async open<C extends ChainReader>(chain: C, deployment: Deployment): Promise<Network<C>> {
    return attempt('network', { chain, deployment }, async () => {
      if (chain.chainId !== deployment.chainId) {
        throw new ProtocolError('CHAIN_MISMATCH', {
          field: 'chain.chainId',
          expected: String(deployment.chainId),
          got: String(chain.chainId),
        });
      }
      await ready();
      const [epochLength] = await Promise.all([
        new MinerEscrowReader<ChainReader>(chain, deployment.escrow).epochLength(),
        checkWiring(chain, deployment),
      ]);
      return new Network(chain, deployment, epochLength);
    });
  }

  /** The chain's newest block and its epoch. */
  async now(): Promise<ChainTime> {
    const block = await this.chain.block('latest');
    if (block === undefined) throw new ChainError('chain.rpc', 'The chain has no newest block.');
    const timestamp = Number(block.timestamp);
    return { blockNumber: block.number, timestamp, epoch: Math.floor(timestamp / this.epochLength) };
  }

  /** Does a contract wallet accept a signature (ERC-1271)? An account without code, or one that refuses, does not. */
  readonly contractJudge: ContractJudge = async (owner, digest, signature) => {
    try {
      const magic = await this.chain.call({
        to: owner,
        abi: erc1271Abi,
        function: 'isValidSignature',
        args: [digest, toHex(signature)],
      });
      return magic === '0x1626ba7e';
    } catch (error) {
      if (isForeign(error)) return false;
      throw error;
    }
  };

  /** Was this the node's operator in that epoch? Asked once for each; a span, once past, never changes. */
  operatorValid(node: Address, operator: Address, epoch: number): Promise<boolean> {
    const key = `${node}/${operator}/${epoch}`;
    let known = this.#operators.get(key);
    if (known === undefined) {
      known = this.escrow.operatorValid(node, operator, epoch);
      this.#operators.set(key, known);
      // A refusal of the network is no answer, and a key set for the next epoch becomes valid: only "yes" is kept.
      known.then(
        (valid) => valid || this.#operators.delete(key),
        () => this.#operators.delete(key),
      );
    }
    return known;
  }
}
