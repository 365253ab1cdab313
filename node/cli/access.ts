/**
 * The way from a command to the chain: which RPC, which contracts, and whether they are what they should be.
 * Owns: retries at the start and errors that name what was found. Owns not: agents (lib/chain), keys.
 * Source: research/reliability.md C07 to C13.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Chain, ChainError, type ChainReader, type Deployment, type Hex, MinerEscrow } from 'dintel/chain';
import { checksumAddress, sameAddress } from 'dintel/protocol';
import type { Config } from '../config/configFile.ts';
import { committedDeployment, readDeployment } from '../config/deployment.ts';
import { OperatorError } from '../config/operatorError.ts';
import { maskUrl, parseRpcUrl } from '../config/parse.ts';

/** Times that every RPC is asked before we give up, and the pause between. */
const tries = 3;
const pauseMs = 400;

export interface AccessOptions {
  readonly rpc?: readonly string[] | undefined;
  readonly deployment?: string | undefined;
}

/** Options first, then configuration. */
async function locate(
  options: AccessOptions,
  config: Config,
): Promise<{ rpcUrls: readonly string[]; deployment: Deployment | undefined }> {
  const rpcUrls = options.rpc?.map(parseRpcUrl) ?? config.rpc;
  if (rpcUrls === undefined || rpcUrls.length === 0) {
    throw new OperatorError('E_CONFIG', 'no RPC of a chain is known', { cure: 'give --rpc URL; init remembers it' });
  }
  const deployment = options.deployment === undefined ? config.deployment : await readDeployment(options.deployment);
  return { rpcUrls, deployment };
}

export interface Access<C extends ChainReader = ChainReader> {
  readonly chain: C;
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  readonly escrow: MinerEscrow<C>;
  /** Seconds. */
  readonly epochLength: number;
}

/** A chain to read, with its contracts checked. Errors: E_CONFIG, E_RPC_URL, E_CHAIN, E_CHAIN_ID, E_NO_CONTRACT, E_ABI. */
export async function openReader(options: AccessOptions, config: Config): Promise<Access> {
  const { ethersReader } = await import('dintel/chain/ethers');
  return open(options, config, (rpcUrl) => ethersReader({ rpcUrl }));
}

/** A chain to act on. The key stays in this process. Errors: as {@link openReader}. */
export async function openChain(options: AccessOptions, config: Config, privateKey: Hex): Promise<Access<Chain>> {
  const { ethersChain } = await import('dintel/chain/ethers');
  return open(options, config, (rpcUrl) => ethersChain({ rpcUrl, privateKey }));
}

async function open<C extends ChainReader>(
  options: AccessOptions,
  config: Config,
  connect: (rpcUrl: string) => Promise<C>,
): Promise<Access<C>> {
  const { rpcUrls, deployment: named } = await locate(options, config);
  const chain = await connectAny(rpcUrls, connect);
  const deployment = named ?? committedDeployment(chain.chainId);
  if (deployment.chainId !== chain.chainId) {
    throw new OperatorError(
      'E_CHAIN_ID',
      `the RPC serves chain ${chain.chainId}, the contracts are on chain ${deployment.chainId}`,
      {
        cure: 'give the --rpc of that chain, or the --deployment of this one',
      },
    );
  }
  const escrow = new MinerEscrow(chain, deployment.escrow);
  return { chain, rpcUrls, deployment, escrow, epochLength: await checkContracts(escrow, deployment) };
}

/** The first RPC that answers; each is asked `tries` times, in turn. */
async function connectAny<C>(rpcUrls: readonly string[], connect: (rpcUrl: string) => Promise<C>): Promise<C> {
  let cause: unknown;
  for (let attempt = 0; attempt < tries; attempt++) {
    if (attempt > 0) await sleep(pauseMs);
    for (const rpcUrl of rpcUrls) {
      try {
        return await connect(rpcUrl);
      } catch (error) {
        cause = error;
      }
    }
  }
  const names = rpcUrls.map(maskUrl).join(', ');
  throw new OperatorError('E_CHAIN', `no chain answered at ${names} in ${tries} tries`, {
    cause,
    cure: 'check the address, and that the chain is up',
  });
}

/** The escrow is there, speaks our ABI and belongs to this adjudicator. Returns the seconds of an epoch. */
async function checkContracts(escrow: MinerEscrow, deployment: Deployment): Promise<number> {
  const shown = checksumAddress(deployment.escrow);
  try {
    const [epochLength, adjudicator] = await Promise.all([escrow.epochLength(), escrow.adjudicator()]);
    if (!sameAddress(adjudicator, deployment.adjudicator)) {
      throw new OperatorError(
        'E_ABI',
        `the escrow ${shown} belongs to adjudicator ${adjudicator}, not to ${deployment.adjudicator}`,
        {
          cure: 'give the --deployment file that was written with these contracts',
        },
      );
    }
    return epochLength;
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    if (error.code === 'chain.not_deployed') {
      throw new OperatorError(
        'E_NO_CONTRACT',
        `there is no contract at ${shown} (escrow) on chain ${deployment.chainId}`,
        {
          cause: error,
          cure: 'is the chain a new one? give its --deployment file',
        },
      );
    }
    if (error.code === 'chain.abi' || error.code === 'chain.reverted') {
      throw new OperatorError('E_ABI', `the contract at ${shown} is not the escrow that this dintel knows`, {
        cause: error,
      });
    }
    throw error;
  }
}
