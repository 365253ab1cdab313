/**
 * PolicyManager over its model: ids, signatures, proofs, notices and events, which the model takes as given.
 * Source: contracts/PolicyManager.sol, spec/protocol.md section 5.2.
 */
import { type Address, type Hex, policyManagerAbi } from '../../chain/index.ts';
import { isInTree, leafHash, policyIdOf, zeroAddress, zeroHash } from '../../protocol/index.ts';
import { need, type PolicyState } from '../model/index.ts';
import { type Act, type Contract, type Plays, payOut, type World } from './contract.ts';

interface Terms {
  readonly salt: Hex;
  readonly root: Hex;
  readonly shares: bigint;
  readonly rate: bigint;
  readonly expiresAt: bigint;
}

interface Note {
  readonly tag: Hex;
  readonly envelope: Hex;
}

interface LeafArgs {
  readonly index: bigint;
  readonly node: Address;
  readonly fragment: Hex;
  readonly terms: Hex;
}

/** What the model of money does not keep of a policy. */
export interface PolicyFacts {
  readonly root: Hex;
  readonly createdBlock: bigint;
  /** As paid, whatever a revocation has made of it since. */
  expiresAt: number;
}

const maxPolicies = 32;
const maxNoteBytes = 512;

export function policyFacts(world: World) {
  return world.store.book<PolicyFacts>('policy facts');
}

/** What each parameter name stands for. */
interface Parameters {
  readonly id: Hex;
  readonly terms: Terms;
  readonly note: Note;
  readonly notes: readonly Note[];
  readonly owner: Address;
  readonly who: Address;
  readonly to: Address;
  readonly deadline: bigint;
  readonly signature: Hex;
  readonly ownerSignature: Hex;
  readonly expiresAt: bigint;
  readonly leaf: LeafArgs;
  readonly proof: readonly Hex[];
  readonly settlements: readonly { readonly policyId: Hex; readonly leaf: LeafArgs; readonly proof: readonly Hex[] }[];
  readonly time: bigint;
  readonly index: bigint;
  readonly salt: Hex;
  readonly rate: bigint;
  readonly shares: bigint;
}

export function policyManagerContract(world: World): Contract {
  const { deployment } = world.genesis;
  const { policyManager, chainId } = deployment;
  const { policies } = world;
  const facts = policyFacts(world);
  const idOf = (owner: Address, salt: Hex): Hex => policyIdOf({ chainId, policyManager, owner, salt });

  const noteTo = (act: Act, id: Hex, { tag, envelope }: Note): void => {
    if (envelope === '0x') return;
    need(envelope.length <= 2 + 2 * maxNoteBytes, 'NoteTooLong');
    act.emit('Notice', { id, tag, envelope });
  };

  /** Returns the policy's id; `value` is what was paid for this one. */
  const create = (act: Act, owner: Address, terms: Terms, note: Note, value: bigint): Hex => {
    const { root, rate } = terms;
    const [shares, expiresAt] = [Number(terms.shares), Number(terms.expiresAt)];
    const id = idOf(owner, terms.salt);
    policies.create({ id, owner, sponsor: act.sender, shares, rate, expiresAt }, value);
    facts.set(id, { root, createdBlock: world.blockNumber, expiresAt });
    const { start, end } = policies.policy(id);
    act.emit('PolicyCreated', { id, owner, sponsor: act.sender, root, shares, rate, start, end, expiresAt });
    noteTo(act, id, note);
    return id;
  };

  const createMany = (act: Act, terms: readonly Terms[], notes: readonly Note[]): Hex[] => {
    need(terms.length !== 0, 'NoNodes');
    need(terms.length <= maxPolicies, 'TooManyPolicies');
    need(terms.length === notes.length, 'LengthMismatch');
    const prices = terms.map(({ rate, shares, expiresAt }) => ({
      deposit: policies.quote(rate, Number(shares), Number(expiresAt)).deposit,
      perEpoch: rate * shares,
    }));
    const deposits = prices.reduce((sum, { deposit }) => sum + deposit, 0n);
    const perEpochs = prices.reduce((sum, { perEpoch }) => sum + perEpoch, 0n);
    const slipped = act.valueWei === deposits + perEpochs;
    const ids = prices.map(({ deposit, perEpoch }, i) =>
      create(act, act.sender, terms[i] as Terms, notes[i] as Note, deposit + (slipped ? perEpoch : 0n)),
    );
    need(slipped || act.valueWei === deposits, 'WrongPayment');
    return ids;
  };

  const isLeaf = (id: Hex, leaf: LeafArgs, proof: readonly Hex[]): boolean =>
    isInTree({
      root: facts.get(id)?.root ?? zeroHash,
      leaf: leafHash({ ...leaf, index: Number(leaf.index) }),
      index: Number(leaf.index),
      shares: policies.has(id) ? policies.policy(id).shares : 0,
      proof,
    });

  /** Whether there was anything to settle. */
  const settle = (act: Act, id: Hex, leaf: LeafArgs, proof: readonly Hex[]): boolean => {
    policies.policy(id);
    need(isLeaf(id, leaf, proof), 'BadLeafProof');
    const { paid, refunded, through, epochs } = policies.due(id, Number(leaf.index), leaf.node);
    if (epochs === 0) return false;
    policies.settle(id, Number(leaf.index), leaf.node);
    act.emit('Settled', { id, index: leaf.index, node: leaf.node, paid, refunded, through });
    return true;
  };

  const revoke = (act: Act, id: Hex, owner: Address): void => {
    const before = policies.policy(id).left;
    policies.revoke(id, owner);
    const { end, left } = policies.policy(id);
    act.emit('PolicyRevoked', { id, end, refund: before - left });
  };

  const functions: Plays<Parameters> = {
    escrow: () => deployment.escrow,
    epochLength: () => world.genesis.rules.epochLength,
    createPolicy: ({ terms, note }, act) => create(act, act.sender, terms, note, act.valueWei),
    createPolicies: ({ terms, notes }, act) => createMany(act, terms as unknown as readonly Terms[], notes),
    createPolicyFor: (args, act) => {
      const { terms, owner, deadline } = args;
      need(BigInt(world.clock.now) <= deadline, 'ExpiredSignature');
      const message = {
        owner,
        sponsor: act.sender,
        salt: terms.salt,
        root: terms.root,
        shares: Number(terms.shares),
        rate: terms.rate,
        expiresAt: Number(terms.expiresAt),
        deadline: Number(deadline),
      };
      need(world.isTypedSignedBy(owner, 'PolicyFor', message, args.signature), 'BadSignature');
      return create(act, owner, terms, args.note, act.valueWei);
    },
    extendPolicy: (args, act) => {
      const id = args.id;
      const [expiresAt, deadline] = [Number(args.expiresAt), Number(args.deadline)];
      const before = policies.policy(id).left;
      policies.extend(id, act.sender, expiresAt, act.valueWei);
      const { owner, sponsor, end, left } = policies.policy(id);
      if (owner !== sponsor) {
        need(world.clock.now <= deadline, 'ExpiredSignature');
        const message = { policyId: id, expiresAt, deadline };
        need(world.isTypedSignedBy(owner as Address, 'Extension', message, args.ownerSignature), 'BadSignature');
      }
      facts.set(id, { ...(facts.get(id) as PolicyFacts), expiresAt });
      act.emit('PolicyExtended', { id, end, expiresAt, paid: left - before });
    },
    revoke: ({ id }, act) => {
      revoke(act, id, act.sender);
    },
    revokeBySig: (args, act) => {
      const [id, deadline] = [args.id, Number(args.deadline)];
      const { owner } = policies.policy(id) as PolicyState & { owner: Address };
      need(world.clock.now <= deadline, 'ExpiredSignature');
      const message = { policyId: id, deadline };
      need(world.isTypedSignedBy(owner, 'Revocation', message, args.signature), 'BadSignature');
      revoke(act, id, owner);
    },
    notify: ({ id, note }, act) => {
      need(policies.policy(id).owner === act.sender, 'NotOwner');
      noteTo(act, id, note);
    },
    settle: ({ id, leaf, proof }, act) => {
      need(settle(act, id, leaf, proof), 'NothingToSettle');
    },
    settleMany: ({ settlements }, act) => {
      const done = settlements.map(({ policyId, leaf, proof }) => settle(act, policyId, leaf, proof));
      need(done.includes(true), 'NothingToSettle');
    },
    close: ({ id }, act) => {
      const refund = policies.policy(id).left;
      policies.close(id);
      act.emit('PolicyClosed', { id, refund });
    },
    withdraw: ({ to }, act) => {
      const amount = policies.credit.empty(act.sender);
      act.emit('Withdrawn', { who: act.sender, to, amount });
      payOut(world, policyManager, to, amount);
    },
    policy: ({ id }) => {
      const kept = facts.get(id);
      if (kept === undefined) return nothing;
      const { owner, sponsor, start, end, shares, revoked, rate, left, expiresAt } = policies.policy(id);
      const sponsored = sponsor !== owner;
      return { owner, start, end, shares, revoked, root: kept.root, rate, left, expiresAt, sponsored };
    },
    sponsorOf: ({ id }) => (policies.has(id) ? policies.policy(id).sponsor : zeroAddress),
    isServable: ({ id, time }) => {
      if (!policies.has(id)) return false;
      const { revoked, expiresAt, start } = policies.policy(id);
      const epoch = Math.floor(Number(time) / world.genesis.rules.epochLength);
      return !revoked && Number(time) < expiresAt && epoch + 1 >= start;
    },
    verifyLeaf: ({ id, leaf, proof }) => isLeaf(id, leaf, proof),
    settledEpochs: ({ id, index }) => (policies.has(id) ? (policies.policy(id).settled.get(Number(index)) ?? 0) : 0),
    previewSettle: ({ id, leaf }) => {
      const { paid, refunded, through } = policies.due(id, Number(leaf.index), leaf.node);
      return [paid, refunded, through];
    },
    policyIdOf: ({ owner, salt }) => idOf(owner, salt),
    quote: ({ rate, shares, expiresAt }) => {
      const { deposit, start, end } = policies.quote(rate, Number(shares), Number(expiresAt));
      return [deposit, start, end];
    },
    credit: ({ who }) => policies.credit.of(who),
  };
  return { address: policyManager, abi: policyManagerAbi, functions };
}

const nothing = {
  owner: zeroAddress,
  start: 0,
  end: 0,
  shares: 0,
  revoked: false,
  root: zeroHash,
  rate: 0n,
  left: 0n,
  expiresAt: 0,
  sponsored: false,
};
