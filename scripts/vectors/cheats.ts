/**
 * Answers of Vladimir, each wrong in one way, and reports that are wrong themselves. The catalogue that the vectors, the tests of
 * the library and the tests of the contract share. Source: spec/protocol.md section 6; the list of cheats.
 */
import { type CFragVerdict, concatBytes, type Evidence, fragmentOfCfrag, fromHex, type Hex } from 'dintel/protocol';
import { generators, hashToScalar, Point, Scalar } from 'dintel/umbral';

/** An honest answer with what its node knew. */
export interface HonestAnswer {
  /** 98 bytes. */
  readonly capsule: Uint8Array;
  /** Another capsule for the same key. */
  readonly otherCapsule: Uint8Array;
  /** 359 bytes. */
  readonly cfrag: Uint8Array;
  /** 310 bytes: its rk makes proofs of any kind. */
  readonly kfrag: Uint8Array;
}

/** What Vladimir signs: his own choice of bytes, under the leaf that he acknowledged. */
export interface Cheat {
  readonly name: string;
  readonly verdict: CFragVerdict;
  readonly capsule: Uint8Array;
  readonly cfrag: Uint8Array;
  /** The leaf's: of the honest cfrag, but where the malformed part is itself in the leaf. */
  readonly fragment: Hex;
}

const [atE1, atV1, atId, atX, atE2, atV2, atU1, atU2, atZ, atSignature] = [0, 33, 66, 98, 131, 164, 197, 230, 263, 295];
const order = '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
const tag = new TextEncoder().encode('CFRAG_VERIFICATION');

/** A copy with `bytes` at `place`. */
export function put(data: Uint8Array, place: number, bytes: Uint8Array): Uint8Array {
  const copy = data.slice();
  copy.set(bytes, place);
  return copy;
}

export function flip(data: Uint8Array, place: number, mask = 1): Uint8Array {
  return put(data, place, Uint8Array.of((data[place] as number) ^ mask));
}

const times = (point: Point, scalar: Scalar): Point => Point.publicSum([{ point, scalar }]);
const pointAt = (data: Uint8Array, place: number): Point => Point.fromBytes(data.subarray(place, place + 33));

/** A fixed scalar. */
const scalarOf = (name: string): Scalar => hashToScalar(new TextEncoder().encode(`dintel cheat ${name}`));

/** Points of a proof that Vladimir moves away from their right place, before h is taken over them. */
type Shift = Partial<Record<'e1' | 'v1' | 'e2' | 'v2' | 'u2', Point>>;

/** A cfrag by the rules of section 7, but with the given rk and points; z follows from h, so the rest of the proof holds. */
export function forge(honest: HonestAnswer, rk: Scalar, shift: Shift = {}): Uint8Array {
  const tau = scalarOf('tau');
  const [e, v, u] = [pointAt(honest.capsule, 0), pointAt(honest.capsule, 33), generators.U];
  const moved = (point: Point, by: Point | undefined) => (by === undefined ? point : point.add(by)).toBytes();
  const [e1, v1, u1] = [moved(times(e, rk), shift.e1), moved(times(v, rk), shift.v1), times(u, rk).toBytes()];
  const [e2, v2, u2] = [moved(times(e, tau), shift.e2), moved(times(v, tau), shift.v2), moved(times(u, tau), shift.u2)];
  const h = hashToScalar(tag, e.toBytes(), e1, e2, v.toBytes(), v1, v2, u.toBytes(), u1, u2);
  const z = tau.add(rk.multiply(h));
  return concatBytes(
    e1,
    v1,
    honest.cfrag.subarray(atId, atE2),
    e2,
    v2,
    u1,
    u2,
    z.toBytes(),
    honest.cfrag.subarray(atSignature),
  );
}

/** x of no point: the first after 1 whose cube and 7 make no square. */
function offCurve(): Uint8Array {
  for (let x = 2; ; x++) {
    const encoded = put(new Uint8Array(33), 0, Uint8Array.of(2));
    encoded[32] = x;
    try {
      Point.fromBytes(encoded);
    } catch {
      return encoded;
    }
  }
}

/** Every way to cheat, by name. */
export function cheatsOf(honest: HonestAnswer): readonly Cheat[] {
  const { capsule, cfrag, kfrag } = honest;
  const fragment = fragmentOfCfrag(cfrag);
  const rk = Scalar.fromBytes(kfrag.subarray(73, 105));
  const delta = times(generators.G, scalarOf('delta'));
  const cheat = (name: string, verdict: CFragVerdict, bytes: Uint8Array): Cheat => ({
    name,
    verdict,
    capsule,
    cfrag: bytes,
    fragment,
  });
  const malformed: readonly (readonly [string, Uint8Array])[] = [
    ['the identity', new Uint8Array(33)],
    ['tag 04', put(new Uint8Array(33).fill(1), 0, Uint8Array.of(4))],
    ['off the curve', offCurve()],
    ['x = 0', put(new Uint8Array(33), 0, Uint8Array.of(2))],
    ['x = n', concatBytes(Uint8Array.of(2), fromHex(order))],
    ['x >= p', concatBytes(Uint8Array.of(3), new Uint8Array(32).fill(255))],
  ];
  const places = { E1: atE1, V1: atV1, E2: atE2, V2: atV2, U1: atU1, U2: atU2 };
  return [
    cheat('another rk with a proof that holds', 'Commitment', forge(honest, scalarOf('rk'))),
    cheat('another id', 'Commitment', flip(cfrag, atId)),
    cheat('another precursor', 'Commitment', put(cfrag, atX, delta.toBytes())),
    cheat('another commitment', 'Commitment', put(cfrag, atU1, delta.toBytes())),
    cheat("a spoilt receiver's signature, r", 'Commitment', flip(cfrag, atSignature + 31)),
    cheat("a spoilt receiver's signature, s", 'Commitment', flip(cfrag, atSignature + 63)),
    cheat('z = 0', 'Scalar', put(cfrag, atZ, new Uint8Array(32))),
    cheat('z = n', 'Scalar', put(cfrag, atZ, fromHex(order))),
    cheat('z = 2^256 - 1', 'Scalar', put(cfrag, atZ, new Uint8Array(32).fill(255))),
    cheat('another z', 'EquationE', put(cfrag, atZ, scalarOf('z').toBytes())),
    ...Object.entries(places).flatMap(([point, place]) =>
      malformed.map(([how, bytes]) => {
        const spoilt = put(cfrag, place, bytes);
        // a malformed U1 is of the leaf: the node acknowledged it, and signed it
        return { ...cheat(`${point} is ${how}`, 'Point', spoilt), fragment: fragmentOfCfrag(spoilt) };
      }),
    ),
    cheat('only the equation of E is false: E1', 'EquationE', forge(honest, rk, { e1: delta })),
    cheat('only the equation of E is false: E2', 'EquationE', forge(honest, rk, { e2: delta })),
    cheat('only the equation of V is false: V1', 'EquationV', forge(honest, rk, { v1: delta })),
    cheat('only the equation of V is false: V2', 'EquationV', forge(honest, rk, { v2: delta })),
    cheat('only the equation of U is false: U2', 'EquationU', forge(honest, rk, { u2: delta })),
    { ...cheat('the cfrag of another capsule', 'EquationE', cfrag), capsule: honest.otherCapsule },
    cheat('-E1', 'EquationE', flip(cfrag, atE1)),
    cheat('-V2', 'EquationE', flip(cfrag, atV2)),
  ];
}

/** A report that is wrong itself, and the contract's answer; the evidence was right before. */
export interface FalseReport {
  readonly name: string;
  readonly refused: 'BadCapsule' | 'BadHint';
  readonly which?: number;
  readonly evidence: Evidence;
}

const fieldPrime = 2n ** 256n - 2n ** 32n - 977n;

/** Each hint made wrong in each way that could look right. */
export function falseReportsOf(evidence: Evidence): readonly FalseReport[] {
  const change = (list: readonly bigint[], i: number, value: bigint) => list.map((one, k) => (k === i ? value : one));
  const aboutY = evidence.y.flatMap((y, i) => {
    const ways: readonly (readonly [string, bigint])[] = [
      ['0', 0n],
      ['of the opposite point', fieldPrime - y],
      ['off the curve', y ^ 2n],
      ['of 2^256 - 1', 2n ** 256n - 1n],
    ];
    return ways.map(([how, value]): FalseReport => {
      const wrong = { ...evidence, y: change(evidence.y, i, value) };
      const name = `y[${i}] ${how}`;
      return i < 2
        ? { name, refused: 'BadCapsule', evidence: wrong }
        : { name, refused: 'BadHint', which: i, evidence: wrong };
    });
  });
  const aboutProducts = evidence.products.flatMap((coordinate, i) => {
    const ways: readonly (readonly [string, bigint])[] = [
      ['0', 0n],
      ['off by one', coordinate ^ 1n],
      ['the opposite', fieldPrime - coordinate],
    ];
    return ways.map(
      ([how, value]): FalseReport => ({
        name: `products[${i}] ${how}`,
        refused: 'BadHint',
        which: 8 + Math.floor(i / 2),
        evidence: { ...evidence, products: change(evidence.products, i, value) },
      }),
    );
  });
  return [...aboutY, ...aboutProducts];
}
