/** challenge.json: ids, hints of capsules, and what is taken at each second around the boundaries. Source: protocol.md section 5.3. */
import {
  bondGas,
  capsuleHash,
  capsuleHints,
  challengeActs,
  challengeIdOf,
  type Hex,
  minBondWei,
  toHex,
} from 'dintel/protocol';
import { placeOf, umbralRun, wordOf } from './people.ts';

const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`;

/** Seconds of a local epoch of 30: half of it. */
const window = 15;

export function challengeVectors(): object {
  return {
    about: 'spec/protocol.md section 10, "challenge". Seconds count from the block that opened; "none" means taken.',
    ids: [0, 1, 2 ** 32 - 1].map((epoch, i) => {
      const of = {
        policyId: wordOf(`policy ${i}`),
        leaf: wordOf(`leaf ${i}`),
        capsule: capsuleHash(umbralRun(i).capsule),
        epoch,
        challenger: placeOf(`challenger ${i}`),
      };
      return { ...of, id: challengeIdOf(of) };
    }),
    capsules: [0, 4, 8].map((run) => {
      const { capsule } = umbralRun(run);
      return { capsule: toHex(capsule), hints: capsuleHints(capsule).map(word) };
    }),
    bond: { minWei: String(minBondWei), gas: String(bondGas) },
    window,
    acts: [null, 1, window - 1, window, window + 1].flatMap((revokedAt) =>
      [1, window - 1, window, window + 1, window + 2, 10 * window]
        .filter((at) => revokedAt === null || at > revokedAt)
        .map((at) => ({
          revokedAt,
          at,
          ...challengeActs({ deadline: window, revokedAt: revokedAt ?? undefined, now: at }),
        })),
    ),
  };
}
