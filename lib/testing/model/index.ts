export { type Clock, Refused } from './clock.ts';
export { EscrowModel, type EscrowRules, type Miner, type Offence } from './escrow.ts';
export { type Offer, PolicyModel, type PolicyState } from './policies.ts';
