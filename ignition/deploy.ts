/**
 * Deploy Dintel from a plain script: in-process, or to a chain behind JSON-RPC.
 *
 * Owns: parameters by name, a journal that cannot outlive a local chain, and the assertion that the contracts know each other.
 * Owns not: what is deployed (modules/Dintel.ts).
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address, Deployment } from 'dintel/chain';
import hre from 'hardhat';
import type { NetworkConnection } from 'hardhat/types/network';
import DintelModule, { builtModule } from './modules/Dintel.ts';
import { type Rules, type RulesName, rules as rulesByName } from './rules.ts';

/** What may differ from the named rules. */
export interface DeployOptions {
  readonly rules?: Partial<Rules>;
  /** Receives the token's whole supply; the first account if absent. */
  readonly holder?: Address;
  /** The committed production bytecode (default), or the sources as they are, compiled quickly: for tests of the contracts. */
  readonly bytecode?: 'committed' | 'built';
}

const lower = (address: string) => address.toLowerCase() as Address;

/**
 * Deploy from the connection's first account, wire and check it.
 *
 * A chain with id 31337 is taken for one that will be thrown away: its journal is too, so that a later chain of the same id
 * does not resume from it. Throws if any contract does not name its neighbours.
 */
export async function deployDintel(
  connection: NetworkConnection,
  name: RulesName,
  options: DeployOptions = {},
): Promise<Deployment> {
  const { ethers, ignition } = connection;
  const built = options.bytecode === 'built';
  if (built) await hre.tasks.getTask('build').run({ quiet: true, noTests: true });
  const { chainId } = await ethers.provider.getNetwork();
  const deployedBlock = (await ethers.provider.getBlockNumber()) + 1;
  const throwAway = chainId === 31337n;
  const deploymentId = throwAway ? `local-${process.pid}-${Date.now()}` : `chain-${chainId}`;
  const { holder } = options;
  const parameters = {
    Dintel: { ...rulesByName[name], ...options.rules, ...(holder === undefined ? {} : { holder }) },
  };
  try {
    const { token, escrow, policyManager, keyRegistry, adjudicator } = await ignition.deploy(
      built ? builtModule : DintelModule,
      {
        parameters,
        deploymentId,
        // one block is enough where nobody can reorganise
        config: throwAway ? { requiredConfirmations: 1, blockPollingInterval: 50 } : {},
      },
    );
    const view = (contract: typeof escrow, method: string) => contract.getFunction(method).staticCall();
    const triangle = [
      ['MinerEscrow.token', await view(escrow, 'token'), await token.getAddress()],
      ['PolicyManager.escrow', await view(policyManager, 'escrow'), await escrow.getAddress()],
      ['Adjudicator.escrow', await view(adjudicator, 'escrow'), await escrow.getAddress()],
      ['Adjudicator.policyManager', await view(adjudicator, 'policyManager'), await policyManager.getAddress()],
      ['MinerEscrow.adjudicator', await view(escrow, 'adjudicator'), await adjudicator.getAddress()],
    ];
    for (const [what, got, want] of triangle) {
      if (got !== want) throw new Error(`${what} is ${got}, expected ${want}`);
    }
    return {
      chainId: Number(chainId),
      token: lower(await token.getAddress()),
      escrow: lower(await escrow.getAddress()),
      policyManager: lower(await policyManager.getAddress()),
      keyRegistry: lower(await keyRegistry.getAddress()),
      adjudicator: lower(await adjudicator.getAddress()),
      deployedBlock,
    };
  } finally {
    if (throwAway)
      await rm(join(hre.config.paths.ignition, 'deployments', deploymentId), { recursive: true, force: true });
  }
}
