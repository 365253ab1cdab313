/**
 * Gas of every operation, as the chain charges it, beside what the predecessor's contracts cost (research/nucypher.md section 6)
 * and what this project promised itself. Run: `npx node bench/gas.ts [--json]`; exits 1 when a target is missed.
 *
 * The contracts are compiled with the settings of production, which are also those of the demo.
 */

import { AbiCoder, concat, keccak256, type Wallet, ZeroHash } from 'ethers';
import { signStructure } from '../test/contracts/support/typed.ts';
import { type Callable, hash, info, makeWorld, minStake, noNote } from '../test/contracts/support/world.ts';
import { adjudicatorGas } from './gasAdjudicator.ts';

interface Row {
  readonly operation: string;
  readonly gas: number;
  /** Measured figures of the predecessor: 2018, v4.8.2, or what the study's sketch cost. */
  readonly before: string;
  readonly target?: number;
}

const rows: Row[] = [];
const world = await makeWorld('production');
const { deployment, escrow, manager, token, registry } = world;
const { ethers } = world.connection;
const rate = 10n ** 9n;

const gasOf = async (contract: Callable, from: Wallet, method: string, args: readonly unknown[], value?: bigint) => {
  const sent = await world.send(contract, from, method, args, value);
  const receipt = await ethers.provider.getTransactionReceipt(sent.hash);
  if (receipt === null) throw new Error('no receipt');
  return Number(receipt.gasUsed);
};
const note = (operation: string, gas: number, before: string, target?: number) =>
  rows.push({ operation, gas, before, ...(target === undefined ? {} : { target }) });

const leafHash = (leaf: readonly unknown[]) =>
  keccak256(keccak256(AbiCoder.defaultAbiCoder().encode(['uint256', 'address', 'bytes32', 'bytes32'], leaf)));

/** Leaves of a cohort, its root and the proof of each leaf, all in place order. */
function cohortOf(nodes: readonly string[], seed: string) {
  const leaves = nodes.map((node, index) => ({ index, node, fragment: hash(`${seed}f${index}`), terms: hash(seed) }));
  const depth = Math.ceil(Math.log2(nodes.length));
  let row = Array.from({ length: 2 ** depth }, (_, i) => {
    const leaf = leaves[i];
    return leaf === undefined ? ZeroHash : leafHash([leaf.index, leaf.node, leaf.fragment, leaf.terms]);
  });
  const proofs: string[][] = leaves.map(() => []);
  for (let d = 0; d < depth; d += 1) {
    for (const leaf of leaves) proofs[leaf.index]?.push(row[(leaf.index >> d) ^ 1] as string);
    row = Array.from({ length: row.length / 2 }, (_, i) =>
      keccak256(concat([row[2 * i] as string, row[2 * i + 1] as string])),
    );
  }
  return { leaves, proofs, root: row[0] as string };
}

// ------------------------------------------------------------------ policies
const alice = await world.wallet(1);
const quote = async (shares: number, expiresAt: bigint) =>
  (await world.read<[bigint, bigint, bigint]>(manager, 'quote', rate, shares, expiresAt))[0];
const termsOf = async (shares: number, salt: string, root = hash(salt)) => ({
  salt: hash(salt),
  root,
  shares,
  rate,
  expiresAt: (await world.now()) + 20n * 30n,
});
const before: Record<number, string> = {
  1: '273,865 (2018)  162,038 (v4)',
  3: '423,543 (2018)  283,812 (v4)',
  20: '1,490,093 (v4)',
  64: '-',
};
await world.skip(1);
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
  const id = await world.read<string>(manager, 'policyIdOf', alice.address, hash(`create ${shares}`));
  note(`revoke, ${shares} node${shares === 1 ? '' : 's'}`, await gasOf(manager, alice, 'revoke', [id]), old, 60_000);
}

// ------------------------------------------------------------------ nodes
const nodes: Wallet[] = [];
const operators: Wallet[] = [];
const bondArgs = async (node: Wallet, operator: Wallet) => {
  const deadline = (await world.now()) + 1000n;
  const consent = await signStructure(operator, 'OperatorConsent', deployment.escrow, { node: node.address, deadline });
  return [minStake, operator.address, deadline, consent, (await world.epoch()) + 10n, info] as const;
};
for (let i = 0; i < 12; i += 1) {
  nodes.push(await world.wallet(100 + i));
  operators.push(await world.wallet(200 + i));
}
for (const [i, node] of nodes.entries()) {
  await world.send(token, undefined, 'transfer', [node.address, 3n * minStake]);
  const args = await bondArgs(node, operators[i] as Wallet);
  if (i === 0) {
    await world.send(token, node, 'approve', [deployment.escrow, minStake]);
    await gasOf(escrow, node, 'bond', args); // the network's first bond writes what all others share
  } else if (i % 2 === 1) {
    const deadline = (await world.now()) + 1000n;
    const nonce = await world.read<bigint>(token, 'nonces', node.address);
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
    const { v, r, s } = ethers.Signature.from(signature);
    const gas = await gasOf(escrow, node, 'bondWithPermit', [...args, { deadline, v, r, s }]);
    if (i === 3) note('bond with permit, first', gas, '315,783 (2018)  323,831 (v4, two transactions)', 160_000);
  } else {
    await world.send(token, node, 'approve', [deployment.escrow, minStake]);
    const gas = await gasOf(escrow, node, 'bond', args);
    if (i === 2) note('bond, first', gas, '148,315 (sketch)');
  }
}

// Five nodes keep their 4-epoch leases alive by beating every third epoch; what the fifth pays is steady.
const beats: number[] = [];
const firsts: number[] = [];
for (let round = 0; round < 12; round += 1) {
  for (let i = 0; i < 5; i += 1) {
    const gas = await gasOf(escrow, operators[i] as Wallet, 'heartbeat', [4]);
    if (round === 0) firsts.push(gas);
    else if (i > 0) beats.push(gas);
    else firsts.push(gas);
  }
  await world.skip(4);
}
note('heartbeat of 4 epochs, first of the network', firsts[0] as number, '144,182 to 186,065 per period (v4)');
note("heartbeat of 4 epochs, a node's first", Math.max(...firsts.slice(1, 5)), '-');
note('heartbeat of 4 epochs, first to touch a lane word (1 of 8 epochs)', Math.max(...firsts.slice(5)), '-');
note(
  'heartbeat of 4 epochs, steady, mean',
  Math.round(beats.reduce((a, b) => a + b, 0) / beats.length),
  '111,116 to 134,411 per period (2018)',
  50_000,
);
note('heartbeat of 4 epochs, steady, dearest', Math.max(...beats), '35,431 (sketch, no rewards)');
await world.skip(1_000);
await gasOf(escrow, operators[1] as Wallet, 'heartbeat', [4]);
note(
  'heartbeat after 1,000 idle epochs',
  await gasOf(escrow, operators[2] as Wallet, 'heartbeat', [4]),
  '244,858 after 364, then 1,180,565 once (v4)',
);

// ------------------------------------------------------------------ settle
for (const [label, many] of [
  ['settle, alone', 1],
  ['settle, per leaf of ten', 10],
] as const) {
  const chosen = nodes.slice(0, 10).map((node) => node.address);
  for (const operator of operators.slice(0, 10)) await world.send(escrow, operator, 'heartbeat', [8]);
  const settleOnce = async (seed: string) => {
    const cohort = cohortOf(chosen, seed);
    const terms = await termsOf(10, seed, cohort.root);
    await world.send(manager, alice, 'createPolicy', [terms, noNote], await quote(10, terms.expiresAt));
    const id = await world.read<string>(manager, 'policyIdOf', alice.address, terms.salt);
    await world.skip(10);
    const list = cohort.leaves.slice(0, many).map((leaf) => ({ policyId: id, leaf, proof: cohort.proofs[leaf.index] }));
    const first = list[0];
    return many === 1
      ? gasOf(manager, alice, 'settle', [id, first?.leaf, first?.proof])
      : gasOf(manager, alice, 'settleMany', [list]);
  };
  const first = await settleOnce(`${label} first`);
  for (const operator of operators.slice(0, 10)) await world.send(escrow, operator, 'heartbeat', [8]);
  const again = await settleOnce(`${label} again`);
  const old = many === 1 ? '72,000 to 89,000 (sketch)' : '41,046 to withdraw, accounting extra (v4)';
  note(`${label}, first time`, Math.round(first / many), old);
  note(label, Math.round(again / many), old, many === 10 ? 50_000 : undefined);
}

// ------------------------------------------------------------------ keys
{
  const receiving = await world.wallet(301);
  const verifying = await world.wallet(302);
  const point = (wallet: Wallet) => `0x${wallet.signingKey.publicKey.slice(4)}`;
  const packed = keccak256(
    concat([receiving.signingKey.compressedPublicKey, verifying.signingKey.compressedPublicKey]),
  );
  const message = { owner: alice.address, keys: packed, version: 1 };
  const sign = async (wallet: Wallet) => {
    const { r, yParityAndS } = ethers.Signature.from(
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
await world.connection.close();

// ------------------------------------------------------------------ answers and silence
await adjudicatorGas(note);

const missed = rows.filter((row) => row.target !== undefined && row.gas > row.target);
const creates = rows.filter((row) => /^createPolicy, \d+ nodes?$/.test(row.operation)).map((row) => row.gas);
const spread = (Math.max(...creates) - Math.min(...creates)) / Math.min(...creates);
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ rows, createSpread: spread, missed: missed.map((row) => row.operation) }));
} else {
  const line = (a: string, b: string, c: string, d: string) =>
    console.log(`${a.padEnd(66)}${b.padStart(9)}  ${c.padStart(9)}  ${d}`);
  line('operation', 'gas', 'target', 'predecessor');
  for (const row of rows) {
    line(
      row.operation,
      row.gas.toLocaleString('en'),
      row.target === undefined ? '' : `<= ${row.target / 1000}k`,
      row.before,
    );
  }
  console.log(`createPolicy for 1 to 64 nodes differs by ${(spread * 100).toFixed(2)} % (target 2 %)`);
  for (const row of missed) console.log(`MISSED ${row.operation}: ${row.gas} > ${row.target}`);
}
if (missed.length > 0 || spread > 0.02) process.exitCode = 1;
