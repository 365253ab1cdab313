/**
 * The constants of a deployment (spec section 1). Local ones keep every number of epochs and change only seconds, so that a
 * test warps the clock instead of having other rules.
 */

/** Which set of constants a deployment gets. */
export type RulesName = 'local' | 'production';

/** MinerEscrow's constructor argument. Units: `epochLength` seconds; windows epochs; amounts the token's smallest unit. */
export interface Rules {
  readonly epochLength: number;
  readonly disputeWindow: number;
  readonly evidenceWindow: number;
  readonly unbonding: number;
  readonly minStake: bigint;
  readonly weightUnit: bigint;
}

const production: Rules = {
  epochLength: 86_400,
  disputeWindow: 2,
  evidenceWindow: 14,
  unbonding: 21,
  minStake: 25_000n * 10n ** 18n,
  weightUnit: 10n ** 18n,
};

export const rules: Readonly<Record<RulesName, Rules>> = {
  production,
  local: { ...production, epochLength: 30 },
};
