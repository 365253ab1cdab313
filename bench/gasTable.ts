/**
 * Gas of every operation on the deployed bytecode (ignition/bytecode.json, production settings), in a chain whose clock starts at a
 * fixed second, so that the same code costs the same in every run. Printed by gas.ts, held to gas.json by test/contracts/gas.test.ts.
 */

import { concat, keccak256, Signature, type Wallet } from 'ethers';
import { cohortOf } from '../test/contracts/support/cohort.ts';
import { signStructure } from '../test/contracts/support/typed.ts';
import { type Callable, hash, info, makeWorld, minStake, noNote, type World } from '../test/contracts/support/world.ts';
import { adjudicatorGas } from './gasAdjudicator.ts';

export interface Row {
  readonly operation: string;
  readonly gas: number;
  /** Measured figures of the predecessor: 2018, v4.8.2, or what the study's sketch cost. */
  readonly before: string;
  /** What the project promised. */
  readonly target?: number;
}

export type Note = (operation: string, gas: number, before: string, target?: number) => void;

interface Bench extends World {
  readonly alice: Wallet;
  readonly nodes: readonly Wallet[];
  readonly operators: readonly Wallet[];
  gasOf(contract: Callable, from: Wallet, method: string, args: readonly unknown[], value?: bigint): Promise<number>;
  quote(shares: number, expiresAt: bigint): Promise<bigint>;
  termsOf(
    shares: number,
    salt: string,
    root?: string,
  ): Promise<{ salt: string; root: string; shares: number; rate: bigint; expiresAt: bigint }>;
}

const rate = 10n ** 9n;

/** What costs more than was promised, or 2 % more than was recorded; in sentences. */
export function missedOf(rows: readonly Row[], recorded: Readonly<Record<string, number>>): readonly string[] {
  return rows.flatMap(({ operation, gas, target }) => {
    const before = recorded[operation];
    if (target !== undefined && gas > target) return [`${operation}: ${gas} gas, promised ${target}`];
    if (before === undefined) return [`${operation}: not in gas.json`];
    return gas > before * 1.02 ? [`${operation}: ${gas} gas, recorded ${before}`] : [];
  });
}

/** By what part creating a policy for many nodes is dearer than for one. */
export function createSpread(rows: readonly Row[]): number {
  const creates = rows.filter(({ operation }) => /^createPolicy, \d+ nodes?$/.test(operation)).map(({ gas }) => gas);
  return (Math.max(...creates) - Math.min(...creates)) / Math.min(...creates);
}

/** Every operation, in the order in which it is shown. */
export async function measureGas(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const note: Note = (operation, gas, before, target) =>
    rows.push({ operation, gas, before, ...(target === undefined ? {} : { target }) });
  const world = await makeWorld('production');
  const wallets = (from: number) => Promise.all(Array.from({ length: 12 }, (_, i) => world.wallet(from + i)));
  const bench: Bench = {
    ...world,
    alice: await world.wallet(1),
    nodes: await wallets(100),
    operators: await wallets(200),
    async gasOf(contract, from, method, args, value) {
      const sent = await world.send(contract, from, method, args, value);
      return Number((await world.connection.ethers.provider.getTransactionReceipt(sent.hash))?.gasUsed);
    },
    async quote(shares, expiresAt) {
      return (await world.read<[bigint, bigint, bigint]>(world.manager, 'quote', rate, shares, expiresAt))[0];
    },
    async termsOf(shares, salt, root = hash(salt)) {
      return { salt: hash(salt), root, shares, rate, expiresAt: (await world.now()) + 20n * 30n };
    },
  };
  await policies(bench, note);
  await bonds(bench, note);
  await beats(bench, note);
  await settlements(bench, note);
  await keys(bench, note);
  await world.connection.close();
  await adjudicatorGas(note);
  return rows;
}

const before: Record<number, string> = {
  1: '273,865 (2018)  162,038 (v4)',
  3: '423,543 (2018)  283,812 (v4)',
  20: '1,490,093 (v4)',
  64: '-',
};

async function policies({ manager, alice, gasOf, quote, termsOf, read, skip }: Bench, note: Note): Promise<void> {
  await skip(1);
  for (const shares of [1, 3, 20, 64]) {
    const terms = await termsOf(shares, `create ${shares}`);
    const gas = await gasOf(manager, alice, 'createPolicy', [terms, noNote], await quote(shares, terms.expiresAt));
    note(`createPolicy, ${shares} node${shares === 1 ? '' : 's'}`, gas, before[shares] as string, 100_000);
  }
  {
    const terms = await termsOf(5, 'noted');
    const envelope = `0x${'5a'.repeat(200)}`;
    const gas = await gasOf(
      manager,
      alice,
      'createPolicy',
      [terms, { tag: hash('tag'), envelope }],
      await quote(5, terms.expiresAt),
    );
    note('createPolicy, 5 nodes, 200-byte notice', gas, '-', 108_000);
  }
  for (const [shares, old] of [
    [1, '109,774 (v4)'],
    [3, '219,613 (2018)  235,528 (v4)'],
    [64, '-'],
  ] as const) {
    const id = await read<string>(manager, 'policyIdOf', alice.address, hash(`create ${shares}`));
    note(`revoke, ${shares} node${shares === 1 ? '' : 's'}`, await gasOf(manager, alice, 'revoke', [id]), old, 60_000);
  }
}

async function bonds(bench: Bench, note: Note): Promise<void> {
  const { token, escrow, deployment, nodes, operators, gasOf, now, epoch, read, send } = bench;
  const bondArgs = async (node: Wallet, operator: Wallet) => {
    const deadline = (await now()) + 1000n;
    const consent = await signStructure(operator, 'OperatorConsent', deployment.escrow, {
      node: node.address,
      deadline,
    });
    return [minStake, operator.address, deadline, consent, (await epoch()) + 10n, info] as const;
  };
  for (const [i, node] of nodes.entries()) {
    await send(token, undefined, 'transfer', [node.address, 3n * minStake]);
    const args = await bondArgs(node, operators[i] as Wallet);
    if (i === 0) {
      await send(token, node, 'approve', [deployment.escrow, minStake]);
      await gasOf(escrow, node, 'bond', args); // the network's first bond writes what all others share
    } else if (i % 2 === 1) {
      const deadline = (await now()) + 1000n;
      const nonce = await read<bigint>(token, 'nonces', node.address);
      const signature = await node.signTypedData(
        { name: 'Dintel', version: '1', chainId: 31337, verifyingContract: deployment.token },
        {
          Permit: ['owner', 'spender', 'value', 'nonce', 'deadline'].map((name, k) => ({
            name,
            type: k < 2 ? 'address' : 'uint256',
          })),
        },
        { owner: node.address, spender: deployment.escrow, value: minStake, nonce, deadline },
      );
      const { v, r, s } = Signature.from(signature);
      const gas = await gasOf(escrow, node, 'bondWithPermit', [...args, { deadline, v, r, s }]);
      if (i === 3) note('bond with permit, first', gas, '315,783 (2018)  323,831 (v4, two transactions)', 160_000);
    } else {
      await send(token, node, 'approve', [deployment.escrow, minStake]);
      const gas = await gasOf(escrow, node, 'bond', args);
      if (i === 2) note('bond, first', gas, '148,315 (sketch)');
    }
  }
}

async function beats({ escrow, operators, gasOf, skip }: Bench, note: Note): Promise<void> {
  // Five nodes keep their 4-epoch leases alive by beating every third epoch; what the fifth pays is steady.
  const steady: number[] = [];
  const firsts: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    for (let i = 0; i < 5; i += 1) {
      const gas = await gasOf(escrow, operators[i] as Wallet, 'heartbeat', [4]);
      if (round === 0) firsts.push(gas);
      else if (i > 0) steady.push(gas);
      else firsts.push(gas);
    }
    await skip(4);
  }
  note('heartbeat of 4 epochs, first of the network', firsts[0] as number, '144,182 to 186,065 per period (v4)');
  note("heartbeat of 4 epochs, a node's first", Math.max(...firsts.slice(1, 5)), '-');
  note('heartbeat of 4 epochs, first to touch a lane word (1 of 8 epochs)', Math.max(...firsts.slice(5)), '-');
  note(
    'heartbeat of 4 epochs, steady, mean',
    Math.round(steady.reduce((a, b) => a + b, 0) / steady.length),
    '111,116 to 134,411 per period (2018)',
    50_000,
  );
  note('heartbeat of 4 epochs, steady, dearest', Math.max(...steady), '35,431 (sketch, no rewards)');
  await skip(1_000);
  await gasOf(escrow, operators[1] as Wallet, 'heartbeat', [4]);
  note(
    'heartbeat after 1,000 idle epochs',
    await gasOf(escrow, operators[2] as Wallet, 'heartbeat', [4]),
    '244,858 after 364, then 1,180,565 once (v4)',
  );
}

async function settlements(bench: Bench, note: Note): Promise<void> {
  const { escrow, manager, alice, nodes, operators, gasOf, quote, termsOf, read, send, skip } = bench;
  for (const [label, many] of [
    ['settle, alone', 1],
    ['settle, per leaf of ten', 10],
  ] as const) {
    const chosen = nodes.slice(0, 10).map((node) => node.address);
    for (const operator of operators.slice(0, 10)) await send(escrow, operator, 'heartbeat', [8]);
    const settleOnce = async (seed: string) => {
      const cohort = cohortOf(chosen, seed);
      const terms = await termsOf(10, seed, cohort.root);
      await send(manager, alice, 'createPolicy', [terms, noNote], await quote(10, terms.expiresAt));
      const id = await read<string>(manager, 'policyIdOf', alice.address, terms.salt);
      await skip(10);
      const list = cohort.leaves
        .slice(0, many)
        .map((leaf) => ({ policyId: id, leaf, proof: cohort.proofs[leaf.index] }));
      const first = list[0];
      return many === 1
        ? gasOf(manager, alice, 'settle', [id, first?.leaf, first?.proof])
        : gasOf(manager, alice, 'settleMany', [list]);
    };
    const first = await settleOnce(`${label} first`);
    for (const operator of operators.slice(0, 10)) await send(escrow, operator, 'heartbeat', [8]);
    const again = await settleOnce(`${label} again`);
    const old = many === 1 ? '72,000 to 89,000 (sketch)' : '41,046 to withdraw, accounting extra (v4)';
    note(`${label}, first time`, Math.round(first / many), old);
    note(label, Math.round(again / many), old, many === 10 ? 50_000 : undefined);
  }
}

async function keys({ registry, deployment, alice, gasOf, wallet }: Bench, note: Note): Promise<void> {
  const receiving = await wallet(301);
  const verifying = await wallet(302);
  const point = (wallet: Wallet) => `0x${wallet.signingKey.publicKey.slice(4)}`;
  const packed = keccak256(
    concat([receiving.signingKey.compressedPublicKey, verifying.signingKey.compressedPublicKey]),
  );
  const message = { owner: alice.address, keys: packed, version: 1 };
  const sign = async (wallet: Wallet) => {
    const { r, yParityAndS } = Signature.from(
      await signStructure(wallet, 'KeyPossession', deployment.keyRegistry, message),
    );
    return { r, vs: yParityAndS };
  };
  const [a, b] = [await sign(receiving), await sign(verifying)];
  const half = (hex: string, k: number) => `0x${hex.slice(2 + 64 * k, 66 + 64 * k)}`;
  const pair = {
    rx: half(point(receiving), 0),
    ry: half(point(receiving), 1),
    vx: half(point(verifying), 0),
    vy: half(point(verifying), 1),
    rr: a.r,
    rvs: a.vs,
    vr: b.r,
    vvs: b.vs,
  };
  note('register keys, first', await gasOf(registry, alice, 'register', [pair, 1]), '-');
}
