/**
 * All contracts of one deployment, in the order in which they need each other, and the one-shot wire that closes the triangle
 * MinerEscrow, PolicyManager, Adjudicator.
 *
 * Parameters: `rules` (see ../rules.ts) and `holder`, who receives the token's supply (default: the deployer). Run it with
 * `npx hardhat ignition deploy ignition/modules/Dintel.ts --parameters …` or, from a script, by ../deploy.ts.
 */
import { buildModule } from '@nomicfoundation/ignition-core';
import { rules } from '../rules.ts';

export const DintelModule = buildModule('Dintel', (m) => {
  const production = rules.production;
  const token = m.contract('DintelToken', [m.getParameter('holder', m.getAccount(0))]);

  const libraries = Object.fromEntries(
    ['Exits', 'Penalties', 'Rewards', 'SignedBeats'].map((name) => [name, m.library(name)]),
  );
  const escrow = m.contract(
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
  const policyManager = m.contract('PolicyManager', [escrow]);
  const keyRegistry = m.contract('KeyRegistry');
  const adjudicator = m.contract('Adjudicator', [escrow, policyManager]);
  m.call(escrow, 'wire', [adjudicator]);
  return { token, escrow, policyManager, keyRegistry, adjudicator };
});

export default DintelModule;
