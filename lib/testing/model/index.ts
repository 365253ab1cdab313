export { type Clock, need, Purse, Refused } from './clock.ts';
export { EscrowModel, type EscrowRules, type Miner, type Offence } from './escrow.ts';
export { type Offer, PolicyModel, type PolicyState } from './policies.ts';
export { type Book, Store } from './store.ts';
