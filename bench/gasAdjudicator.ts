/**
 * Gas of judging answers and silence. Part of gasTable.ts. Evidence is made by lib, as Bob makes it; "steady" is a node that was judged
 * before, in a network that was.
 */
import { commitHash, type Evidence, zeroHash } from 'dintel/protocol';
import type { Wallet } from 'ethers';
import { type Cheat, cheatsOf } from '../scripts/vectors/cheats.ts';
import { wordOf } from '../scripts/vectors/people.ts';
import { evidenceFor, lower, makeCourt, rawEvidence } from '../test/contracts/support/court.ts';
import { answerOf, challengeOf, makeDispute, openingOf } from '../test/contracts/support/dispute.ts';
import type { Note } from './gasTable.ts';

export async function adjudicatorGas(note: Note): Promise<void> {
  const court = await makeCourt('production');
  const { adjudicator, escrow, reporter, honest } = court;
  const { provider } = court.connection.ethers;
  const gasOf = async (from: Wallet, method: string, args: readonly unknown[], value?: bigint) => {
    const sent = await court.send(adjudicator, from, method, args, value);
    return Number((await provider.getTransactionReceipt(sent.hash))?.gasUsed);
  };
  const cheats = new Map(cheatsOf(honest).map((cheat) => [cheat.verdict, cheat]));
  const salt = wordOf('salt');
  const evidence = async (cheat: Pick<Cheat, 'capsule' | 'cfrag'> & Partial<Cheat>): Promise<Evidence> =>
    evidenceFor(court, { ...cheat, epoch: Number(await court.epoch()) });

  // a call, so what a transaction of it would cost
  const correct = await evidence(honest);
  const data = adjudicator.interface.encodeFunctionData('evaluate', [rawEvidence(correct)]);
  const sent = await reporter.connect(provider).sendTransaction({ to: court.deployment.adjudicator, data });
  const judged = Number((await sent.wait())?.gasUsed);
  note('evaluate, correct cfrag', judged, '178,596 (v4)  100,122 (sketch)', 110_000);

  const wrong = async (verdict: Cheat['verdict']) => evidence(cheats.get(verdict) as Cheat);
  const convict = async (one: Evidence, committed = zeroHash) =>
    gasOf(reporter, 'convict', [rawEvidence(one), committed]);
  note('convict, first of the network', await convict(await wrong('EquationU')), '270,939 to 344,813 (v4)');
  // so much stake that sixteen penalties leave a working node; lane words and histories fill differently from epoch to epoch
  const amount = 10_000_000n * 10n ** 18n;
  await court.send(court.token, undefined, 'transfer', [reporter.address, amount]);
  await court.send(court.token, reporter, 'approve', [court.deployment.escrow, amount]);
  await court.send(escrow, reporter, 'topUp', [court.node.address, amount]);
  for (const [label, verdict, rounds] of [
    ['another commitment', 'Commitment', 1],
    ['a malformed point', 'Point', 1],
    ['a false equation', 'EquationU', 8],
  ] as const) {
    const spent: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await court.skip(1);
      await court.send(escrow, court.operator, 'heartbeat', [4]);
      spent.push(await convict(await wrong(verdict)));
    }
    const before = '133,650 to 181,019 (sketch)';
    // what most convictions cost; the dearest begin a word of the node's history of weights, as one in four does
    const steady = spent.toSorted((a, b) => a - b)[Math.floor((rounds - 1) / 2)] as number;
    note(`convict, ${label}, steady`, steady, before, 150_000);
    if (rounds === 1) continue;
    const mean = Math.round(spent.reduce((a, b) => a + b, 0) / rounds);
    note(`convict, ${label}, mean of ${rounds} in a row`, mean, before);
    note(`convict, ${label}, dearest: a first write to history (1 in 4)`, Math.max(...spent), before);
  }
  await court.skip(1);
  const announced = await wrong('EquationU');
  note('commit', await gasOf(reporter, 'commit', [commitHash(announced, lower(reporter.address), salt)]), '-');
  await court.skip(1);
  note("convict after commit, reporter's first", await convict(announced, salt), '-');

  // ------------------------------------------------------------------ challenges
  await court.skip(1);
  await court.send(escrow, court.operator, 'heartbeat', [8]);
  await court.skip(1);
  const dispute = await makeDispute(court, { epochs: 60 });
  const open = async () => gasOf(reporter, 'openChallenge', [await openingOf(court, dispute)], 2n * 10n ** 15n);
  note('openChallenge', await open(), '-');
  const answer = async () =>
    gasOf(court.operator, 'answer', answerOf(court, dispute, await challengeOf(court, dispute)));
  note('answer, first', await answer(), '-');
  await open();
  note('answer, steady', await answer(), '-');
  const past = () => court.connection.networkHelpers.time.increase(16);
  await open();
  await past();
  note('timeout', await gasOf(reporter, 'timeout', [dispute.policyId, 1]), '-');
  note('withdraw', await gasOf(reporter, 'withdraw', [reporter.address]), '-');
  await court.connection.close();
}
