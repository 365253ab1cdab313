/**
 * All contracts of one deployment, in the order in which they need each other, and the one-shot wire that closes the triangle
 * MinerEscrow, PolicyManager, Adjudicator.
 *
 * Parameters: `rules` (see ../rules.ts) and `holder`, who receives the token's supply (default: the deployer). Run it with
 * `npx hardhat ignition deploy ignition/modules/Dintel.ts --parameters …` or, from a script, by ../deploy.ts.
 */
import { type ArgumentType, type Artifact, buildModule, type ContractOptions } from '@nomicfoundation/ignition-core';
import committed from '../bytecode.json' with { type: 'json' };
import { rules } from '../rules.ts';

type Name = keyof typeof committed;

/** @param built what Hardhat has compiled last, in place of the committed production bytecode. */
const moduleOf = (built: boolean) =>
  buildModule('Dintel', (m) => {
    const production = rules.production;
    const artifact = (name: Name) => committed[name] as unknown as Artifact;
    const contract = (name: Name, args: ArgumentType[] = [], options: ContractOptions = {}) =>
      built ? m.contract(name, args, options) : m.contract(name, artifact(name), args, options);
    const library = (name: Name) => (built ? m.library(name) : m.library(name, artifact(name)));

    const token = contract('DintelToken', [m.getParameter('holder', m.getAccount(0))]);
    const libraries = Object.fromEntries(
      (['Exits', 'Penalties', 'Rewards', 'SignedBeats'] as const).map((name) => [name, library(name)]),
    );
    const escrow = contract(
      'MinerEscrow',
      [
        token,
        {
          epochLength: m.getParameter('epochLength', production.epochLength),
          disputeWindow: m.getParameter('disputeWindow', production.disputeWindow),
          evidenceWindow: m.getParameter('evidenceWindow', production.evidenceWindow),
          unbonding: m.getParameter('unbonding', production.unbonding),
          minStake: m.getParameter('minStake', production.minStake),
          weightUnit: m.getParameter('weightUnit', production.weightUnit),
        },
      ],
      { libraries },
    );
    const policyManager = contract('PolicyManager', [escrow]);
    const keyRegistry = contract('KeyRegistry');
    const adjudicator = contract('Adjudicator', [escrow, policyManager]);
    m.call(escrow, 'wire', [adjudicator]);
    return { token, escrow, policyManager, keyRegistry, adjudicator };
  });

/** The committed production bytecode (`npm run build:contracts`): what the demo and every public network run. */
export default moduleOf(false);

/** Whatever `hardhat build` made last: for tests of the contracts themselves. */
export const builtModule = moduleOf(true);
