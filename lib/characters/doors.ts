/**
 * What the characters' doors take: shapes of the things that they stand on. Owns: these. Owns not: how a shape is checked
 * (`protocol/shapes.ts`), the options of one verb (beside it).
 */
import { isObject } from '../protocol/came.ts';
import { Keyring } from '../protocol/keys.ts';
import {
  anAddress,
  having,
  listOf,
  optional,
  type Shape,
  type Shapes,
  someFunction,
  someObject,
  whole,
} from '../protocol/shapes.ts';
import { PublicKey } from '../umbral/keys.ts';
import { Network } from './network.ts';

export const aKeyring: Shape = {
  expected: 'a Keyring: vault.keyring(), Keyring.random()',
  fits: (value) => value instanceof Keyring,
};
export const aPublicKey: Shape = { expected: 'a PublicKey', fits: (value) => value instanceof PublicKey };
export const aJournal = having('a Journal', 'get', 'put', 'delete', 'names');

/** Enough to read. */
export const aReader: Shape = {
  expected: 'a chain: await ethersChain(…), viemChain(…) or eip1193Chain(…)',
  fits: (value) => isObject(value) && typeof value.call === 'function' && typeof value.chainId === 'number',
};
/** With an account that acts. */
export const aChain: Shape = {
  ...aReader,
  fits: (value) => aReader.fits(value) && typeof (value as { readonly account?: unknown }).account === 'string',
};

export const aDeployment: Shape = {
  ...someObject,
  of: {
    chainId: whole(1),
    escrow: anAddress,
    policyManager: anAddress,
    keyRegistry: anAddress,
    adjudicator: anAddress,
    deployedBlock: whole(0),
  },
};

/** What everybody who opens something may bring. */
export const common: Shapes = {
  former: optional(listOf(aKeyring)),
  journal: optional(aJournal),
  clock: optional(having('a Clock', 'now', 'sleep')),
  fetch: optional(someFunction),
};

export const aNetwork: Shape = {
  expected: 'a Network: await Network.open(chain, deployment), bob.network',
  fits: (value) => value instanceof Network,
};
