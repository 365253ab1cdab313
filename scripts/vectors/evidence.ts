/** evidence.json: answers with their verdicts, reports that are refused, additions of points. Source: spec/protocol.md section 6. */
import { readFileSync } from 'node:fs';
import {
  concatBytes,
  type Evidence,
  fragmentOfCfrag,
  fromHex,
  type Hex,
  type Leaf,
  leafHash,
  makeEvidence,
  receiptOf,
  sha256,
  signTyped,
  toHex,
  typedDigest,
} from 'dintel/protocol';
import { generators, hashToScalar, Point } from 'dintel/umbral';
import { cheatsOf, falseReportsOf, type HonestAnswer } from './cheats.ts';
import { contractsOn, operator, operatorAddress, placeOf, umbralRun, wordOf } from './people.ts';

interface Recorded {
  readonly evidence: readonly {
    readonly name: string;
    readonly capsule_simple: string;
    readonly cfrag_simple: string;
    readonly delegating_pk: string;
    readonly receiving_pk: string;
    readonly on_chain: { readonly equation_e: boolean; readonly equation_v: boolean; readonly equation_u: boolean };
  }[];
}

const contracts = contractsOn(31337);
const epoch = 1_000;
const node = placeOf('node');
const recorded = JSON.parse(
  readFileSync(new URL('../../test/vectors/umbral-evidence.json', import.meta.url), 'utf8'),
) as Recorded;

/** The honest answer that cheats start from: share 0 of the first case of umbral-deterministic.json. */
export function honestAnswer(): HonestAnswer {
  const { capsule, cfrags, kfrags } = umbralRun(0);
  const [cfrag, kfrag] = [cfrags[0] as Uint8Array, kfrags[0] as Uint8Array];
  return { capsule, otherCapsule: umbralRun(4).capsule, cfrag, kfrag };
}

function signed(capsule: Uint8Array, cfrag: Uint8Array, fragment: Hex) {
  const leaf: Leaf = { index: 2, node, fragment, terms: wordOf('terms') };
  const answer = { policyId: wordOf('policy'), leaf, epoch, request: wordOf('request'), capsule, cfrag };
  const receipt = receiptOf({ ...answer, leaf: leafHash(leaf) });
  const signature = signTyped('Receipt', operator, contracts, receipt);
  return { digest: typedDigest('Receipt', contracts, receipt), evidence: makeEvidence({ ...answer, signature }) };
}

const plainNumber = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`;

/** Numbers as words, bytes as hex. */
const plain = (evidence: Evidence) => ({
  ...evidence,
  y: evidence.y.map(plainNumber),
  products: evidence.products.map(plainNumber),
  capsule: toHex(evidence.capsule),
  cfrag: toHex(evidence.cfrag),
});

/** h of the proof and m, the digest under the receiver's signature, which nobody takes from an accuser. */
function hashes(capsule: Uint8Array, cfrag: Uint8Array, keys: readonly [Uint8Array, Uint8Array]) {
  const part = (bytes: Uint8Array, place: number) => bytes.subarray(place, place + 33);
  const [e, v] = [part(capsule, 0), part(capsule, 33)];
  const [e1, v1, e2, v2] = [0, 33, 131, 164].map((place) => part(cfrag, place));
  const [u1, u2] = [part(cfrag, 197), part(cfrag, 230)];
  const tag = new TextEncoder().encode('CFRAG_VERIFICATION');
  const h = hashToScalar(tag, e, e1!, e2!, v, v1!, v2!, generators.U.toBytes(), u1, u2);
  const one = Uint8Array.of(1);
  const message = concatBytes(cfrag.subarray(66, 98), u1, part(cfrag, 98), one, keys[0], one, keys[1]);
  return { h: toHex(h.toBytes()), m: toHex(sha256(message)) };
}

export function evidenceVectors(): object {
  const honest = honestAnswer();
  const [delegating, receiving] = umbralRun(0).keys;
  const right = signed(honest.capsule, honest.cfrag, fragmentOfCfrag(honest.cfrag));
  const cheats = cheatsOf(honest);
  // every malformed point at E1, and one kind of it at each other place
  const chosen = cheats.filter(({ name }) => !/^(V1|E2|V2|U1|U2) is (?!off)/.test(name));
  const bytes = (hex: string) => fromHex(`0x${hex}`);
  const guilty = cheats.find(({ verdict }) => verdict === 'EquationU')!;
  const twin = signed(guilty.capsule, guilty.cfrag, guilty.fragment).evidence;
  return {
    about: 'spec/protocol.md section 10, "evidence". Numbers are 32-byte words. The verdict is that of section 6.',
    contracts,
    operator: operatorAddress,
    epoch,
    evidenceEpochs: 14,
    honest: {
      ...hashes(honest.capsule, honest.cfrag, [delegating, receiving]),
      digest: right.digest,
      verdict: 'Correct',
      evidence: plain(right.evidence),
    },
    recorded: recorded.evidence.map((one) => {
      const [capsule, cfrag] = [bytes(one.capsule_simple), bytes(one.cfrag_simple)];
      const { digest, evidence } = signed(capsule, cfrag, fragmentOfCfrag(cfrag));
      const { equation_e, equation_v, equation_u } = one.on_chain;
      const verdict = !equation_e ? 'EquationE' : !equation_v ? 'EquationV' : equation_u ? 'Correct' : 'EquationU';
      const keys = [bytes(one.delegating_pk), bytes(one.receiving_pk)] as const;
      return { name: one.name, ...hashes(capsule, cfrag, keys), digest, verdict, evidence: plain(evidence) };
    }),
    guilty: chosen.map(({ name, verdict, capsule, cfrag, fragment }) => {
      const { digest, evidence } = signed(capsule, cfrag, fragment);
      return { name, digest, verdict, evidence: plain(evidence) };
    }),
    // changes of `honest` and of the guilty twin with a false equation of U: which list, which place, which value
    refused: falseReportsOf(right.evidence).map((report, i) => {
      const change = (from: Evidence, to: Evidence) =>
        (['y', 'products'] as const).flatMap((list) =>
          to[list].flatMap((value, place) =>
            value === from[list][place] ? [] : [{ list, place, value: plainNumber(value) }],
          ),
        )[0];
      const { name, refused, which } = report;
      const other = falseReportsOf(twin)[i]!;
      return {
        name,
        refused,
        which: which ?? null,
        honest: change(right.evidence, report.evidence),
        guilty: change(twin, other.evidence),
      };
    }),
    guiltyTwin: guilty.name,
    additions: additions(),
  };
}

/** a + b = c or not: chords, doublings, opposites, and near misses. */
function additions(): object[] {
  const scalar = (name: string) => hashToScalar(new TextEncoder().encode(`dintel addition ${name}`));
  const times = (name: string) => Point.publicSum([{ point: generators.G, scalar: scalar(name) }]);
  const [a, b] = [times('a'), times('b')];
  const double = a.add(a);
  const word = (point: Point) => {
    const { x, y } = point.toAffine();
    return [toHex(x), toHex(y)];
  };
  const rows: [string, Point, Point, Point, boolean][] = [
    ['a chord', a, b, a.add(b), true],
    ['the other way round', b, a, a.add(b), true],
    ['a doubling', a, a, double, true],
    ['a tangent that comes back', double, a.negate(), a, true],
    ['the opposite sum', a, b, a.add(b).negate(), false],
    ['the opposite of a doubling', a, a, double.negate(), false],
    ['a itself', a, b, a, false],
    ['opposite points, whose sum has no coordinates', a, a.negate(), double, false],
    ['opposite points and one of them', a, a.negate(), a, false],
    ['another sum', a, b, a.subtract(b), false],
  ];
  return rows.map(([name, p, q, sum, holds]) => ({ name, a: word(p), b: word(q), c: word(sum), holds }));
}
