/**
 * The proxy's work. Owns: reencrypt. Owns not: whether the proxy should (that is a node's judgement), nor the cfrag's
 * encoding (`capsuleFrag.ts`). Source: spec/umbral.md section 7.
 */
import { compress, concat, item, wipe } from './bytes.ts';
import { type Capsule, capsuleParts } from './capsule.ts';
import { type VerifiedCapsuleFrag, verifiedCapsuleFragOf } from './capsuleFrag.ts';
import { arithmetic } from './engine/current.ts';
import { expectList } from './errors.ts';
import { cfragDigest } from './hash.ts';
import { keyFragParts, type VerifiedKeyFrag } from './keyFrag.ts';
import { decodePoints, randomScalars } from './numbers.ts';

/** Turns one capsule towards Bob, with a proof. Errors: `parse` for arguments of a wrong kind. */
export function reencrypt(capsule: Capsule, kfrag: VerifiedKeyFrag): VerifiedCapsuleFrag {
  return reencryptMany([capsule], kfrag)[0]!;
}

/** The same for many capsules of one kfrag, with one field inversion for all; one answer per capsule, in order. */
export function reencryptMany(capsules: readonly Capsule[], kfrag: VerifiedKeyFrag): VerifiedCapsuleFrag[] {
  const taus = randomScalars(expectList(capsules, 'capsules').length);
  try {
    return reencryptWith(taus, capsules, kfrag);
  } finally {
    wipe(taus);
  }
}

/** Internal, since it takes its randomness: one tau (32 bytes) per capsule. */
export function reencryptWith(
  taus: Uint8Array,
  capsules: readonly Capsule[],
  kfrag: VerifiedKeyFrag,
): VerifiedCapsuleFrag[] {
  const engine = arithmetic();
  const { rk, ...shown } = keyFragParts(kfrag);
  // Copies: a view would carry the kfrag's whole buffer, rk included, wherever the cfrag goes.
  const [id, x] = [shown.id.slice(), shown.x.slice()];
  const [u1, signature] = [shown.u1.slice(), shown.signatureForReceiver.slice()];
  const parts = capsules.map(capsuleParts);
  const pairs = parts.map((_, i) => concat(rk, item(taus, i, 32)));
  const products = engine.secretProducts([
    { base: 'U', scalars: taus }, // U2 = tau*U
    ...parts.flatMap(({ ePoint, vPoint }, i) => [
      { base: ePoint, scalars: pairs[i]! }, // E1 = rk*E, E2 = tau*E
      { base: vPoint, scalars: pairs[i]! }, // V1 = rk*V, V2 = tau*V
    ]),
  ]);
  const unproven = parts.map(({ e, v }, i) => {
    const fresh = products.slice(64 * (parts.length + 4 * i), 64 * (parts.length + 4 * i + 4));
    const [e1, e2, v1, v2] = [item(fresh, 0, 64), item(fresh, 1, 64), item(fresh, 2, 64), item(fresh, 3, 64)];
    const u2 = item(products, i, 64).slice();
    const made = {
      e1: compress(e1),
      v1: compress(v1),
      e2: compress(e2),
      v2: compress(v2),
      u1,
      u2: compress(u2),
      points: () => {
        const decoded = decodePoints(concat(u1, x), ['kfrag, commitment', 'kfrag, precursor']);
        return concat(e1, v1, item(decoded, 0, 64), e2, v2, u2, item(decoded, 1, 64));
      },
    };
    return { made, digest: cfragDigest({ ...made, e, v }) };
  });
  const challenges = engine.scalars.reduce(concat(...unproven.map(({ digest }) => digest)));
  const rks = concat(...parts.map(() => rk));
  const responses = engine.scalars.mulAdd(taus, rks, challenges); // z = tau + rk*h
  wipe(rks, ...pairs);
  return unproven.map(({ made }, i) =>
    verifiedCapsuleFragOf({
      ...made,
      id,
      x,
      signature,
      z: item(responses, i, 32),
    }),
  );
}
