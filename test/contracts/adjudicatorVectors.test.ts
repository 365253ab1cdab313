/** evidence.json and challenge.json, asked of Solidity. lib writes them, so agreement here is agreement of both languages. */
import { expect } from 'chai';
import { cfragVerdicts } from 'dintel/protocol';
import { type Court, makeCourt, refusal } from './support/court.ts';
import { answerOf, challengeOf, type Dispute, makeDispute, openingOf } from './support/dispute.ts';
import { readVectors } from './support/typed.ts';
import type { Callable } from './support/world.ts';

interface Plain {
  readonly y: readonly string[];
  readonly products: readonly string[];
  readonly cfrag: string;
  readonly leaf: { readonly fragment: string };
}
interface Case {
  readonly name?: string;
  readonly verdict: string;
  readonly evidence: Plain;
}
interface Change {
  readonly list: 'y' | 'products';
  readonly place: number;
  readonly value: string;
}
interface EvidenceVectors {
  readonly honest: Case;
  readonly recorded: readonly Case[];
  readonly guilty: readonly Case[];
  readonly guiltyTwin: string;
  readonly refused: readonly { name: string; refused: string; which: number | null; honest: Change; guilty: Change }[];
  readonly additions: readonly { name: string; a: string[]; b: string[]; c: string[]; holds: boolean }[];
}
interface ChallengeVectors {
  readonly capsules: readonly { capsule: string; hints: readonly string[] }[];
  readonly acts: readonly { revokedAt: number | null; at: number; answer: string; excuse: string; timeout: string }[];
}

describe('Adjudicator: shared vectors', () => {
  let court: Court;
  let harness: Callable;
  let dispute: Dispute;
  const vectors = readVectors<EvidenceVectors>('evidence');
  const challenges = readVectors<ChallengeVectors>('challenge');

  before(async () => {
    court = await makeCourt();
    dispute = await makeDispute(court);
    harness = (await court.connection.ethers.deployContract('ReencryptionHarness')) as unknown as Callable;
  });
  after(() => court.connection.close());

  it('verdicts', async () => {
    for (const { name, verdict, evidence } of [vectors.honest, ...vectors.recorded, ...vectors.guilty]) {
      expect(cfragVerdicts[Number(await court.read<bigint>(harness, 'judge', evidence))], name).to.equal(verdict);
      const fragment = await court.read<string>(harness, 'fragmentOf', evidence.cfrag);
      expect(fragment === evidence.leaf.fragment, name).to.equal(verdict !== 'Commitment');
    }
  });

  it('refusals, about an honest answer and about its guilty twin', async () => {
    const twin = vectors.guilty.find(({ name }) => name === vectors.guiltyTwin) as Case;
    const changed = (plain: Plain, { list, place, value }: Change) => ({
      ...plain,
      [list]: plain[list].map((old, i) => (i === place ? value : old)),
    });
    for (const { name, refused, which, honest, guilty } of vectors.refused) {
      const expected = which === null ? refused : `${refused}(${which})`;
      for (const evidence of [changed(vectors.honest.evidence, honest), changed(twin.evidence, guilty)]) {
        expect(await refusal(court.read(harness, 'judge', evidence)), name).to.equal(expected);
      }
    }
  });

  it('additions', async () => {
    for (const { name, a, b, c, holds } of vectors.additions) {
      expect(await court.read<boolean>(harness, 'isSum', ...a, ...b, ...c), name).to.equal(holds);
    }
  });

  it('capsules', async () => {
    for (const { capsule, hints } of challenges.capsules) {
      expect(await refusal(court.read(harness, 'checkCapsule', capsule, hints))).to.equal('none');
    }
  });

  it('challenges by the second', async () => {
    const { time, takeSnapshot } = court.connection.networkHelpers;
    await court.send(
      court.adjudicator,
      court.reporter,
      'openChallenge',
      [await openingOf(court, dispute)],
      2n * 10n ** 15n,
    );
    const opened = await court.now();
    const its = await challengeOf(court, dispute);
    const place = [dispute.policyId, dispute.leaf.index] as const;
    for (const { revokedAt, at, ...acts } of challenges.acts) {
      for (const act of ['answer', 'excuse', 'timeout'] as const) {
        const snapshot = await takeSnapshot();
        if (revokedAt !== null) {
          await time.setNextBlockTimestamp(opened + BigInt(revokedAt));
          await court.send(court.manager, dispute.owner, 'revoke', [dispute.policyId]);
        }
        await time.setNextBlockTimestamp(opened + BigInt(at));
        const args = act === 'answer' ? answerOf(court, dispute, its) : place;
        const got = await refusal(court.send(court.adjudicator, court.operator, act, args));
        expect(got, `${act} at ${at}, revoked at ${revokedAt}`).to.equal(acts[act]);
        await snapshot.restore();
      }
    }
  });
});
