/**
 * Every vector of test/vectors/umbral-*.json and pyumbral-*.json, each with the required step, counted by file, on any engine.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capsuleParts } from '../../lib/umbral/capsule.ts';
import { capsuleFragParts } from '../../lib/umbral/capsuleFrag.ts';
import { challengesOf } from '../../lib/umbral/capsuleFragProof.ts';
import { encryptWith } from '../../lib/umbral/encrypt.ts';
import { arithmetic, useEngine } from '../../lib/umbral/engine/current.ts';
import type { Engine } from '../../lib/umbral/engine.ts';
import { generateKFragsWith } from '../../lib/umbral/generateKFrags.ts';
import { hashToScalarBytes, kfragDigest, sha256Of, sharedSecret, shareIndices } from '../../lib/umbral/hash.ts';
import {
  Capsule,
  CapsuleFrag,
  decryptOriginal,
  decryptReencrypted,
  deriveBytes,
  generateKFrags,
  generators,
  KeyFrag,
  Point,
  PublicKey,
  RecoverableSignature,
  ReencryptionEvidence,
  Scalar,
  SecretKey,
  SecretKeyFactory,
  Signature,
  Signer,
  UmbralError,
  VerifiedCapsuleFrag,
  verifyCapsuleFrags,
} from '../../lib/umbral/index.ts';
import { reencryptWith } from '../../lib/umbral/reencrypt.ts';
import { bytes, hex, text, vectors } from './support.ts';

const counts: Record<string, number> = {};
const count = (file: string): void => {
  counts[file] = (counts[file] ?? 0) + 1;
};

interface Scenario {
  name: string;
  threshold: number;
  shares: number;
  sign_delegating_key: boolean;
  sign_receiving_key: boolean;
  delegating_sk: string;
  delegating_pk: string;
  receiving_sk: string;
  receiving_pk: string;
  signing_sk: string;
  verifying_pk: string;
  plaintext: string;
  capsule: string;
  capsule_simple: string;
  ciphertext: string;
  kfrags: string[];
  cfrags: string[];
  cfrag_simple_0: string;
  decrypt_with_indices: number[];
  evidence: string[];
}

const secret = (value: string) => SecretKey.fromBytes(bytes(value));
const key = (value: string) => PublicKey.fromBytes(bytes(value));
const capsuleOf = (value: string) => Capsule.fromBytes(bytes(value));
const keysOf = (of: { verifying_pk: string; delegating_pk: string; receiving_pk: string }) => ({
  verifyingKey: key(of.verifying_pk),
  delegatingKey: key(of.delegating_pk),
  receivingKey: key(of.receiving_pk),
});

/** Declares all of them on one engine. A test file calls this once. */
export function sharedVectors(engine: Engine): void {
  let before: Engine;
  beforeAll(() => {
    before = useEngine(engine);
  });
  afterAll(() => void useEngine(before));

  describe('umbral-keys.json', () => {
    const file = vectors<{
      parameters: { u_compressed: string; u_x: string; u_y: string };
      keys: { secret_key: string; public_key: string; public_key_uncompressed: string; to_string: string }[];
      secret_key_factory: Record<string, string>[];
    }>('umbral-keys');

    it('U', () => {
      const { x, y } = generators.U.toAffine();
      expect([hex(generators.U.toBytes()), hex(x), hex(y)]).toEqual(Object.values(file.parameters));
      count('umbral-keys');
    });

    it('secret keys to public keys', () => {
      for (const vector of file.keys) {
        const { publicKey } = secret(vector.secret_key);
        expect(hex(publicKey.toBytes())).toBe(vector.public_key);
        expect(`04${hex(publicKey.toUncompressed())}`).toBe(vector.public_key_uncompressed);
        expect(publicKey.toString()).toBe(vector.to_string);
        expect(key(vector.public_key).equals(publicKey)).toBe(true);
        expect(key(vector.public_key).toUncompressed()).toEqual(publicKey.toUncompressed());
        count('umbral-keys');
      }
    });

    it('factories', () => {
      for (const vector of file.secret_key_factory) {
        const factory = SecretKeyFactory.fromSeed(bytes(vector.seed!));
        const label = bytes(vector.label!);
        expect(hex(factory.makeSecret(label))).toBe(vector.make_secret);
        expect(hex(factory.makeKey(label).toSecretBytes())).toBe(vector.make_key);
        expect(hex(factory.makeKey(label).publicKey.toBytes())).toBe(vector.make_key_public);
        const inner = factory.makeFactory(label);
        expect(hex(inner.makeSecret(label))).toBe(vector.make_factory_then_make_secret_same_label);
        expect(hex(inner.makeKey(label).toSecretBytes())).toBe(vector.make_factory_then_make_key_same_label);
        const derived = SecretKeyFactory.fromSeed(bytes(vector.make_factory_seed_derived!));
        expect(derived.makeSecret(label)).toEqual(inner.makeSecret(label));
        count('umbral-keys');
      }
    });
  });

  describe('umbral-signatures.json', () => {
    const file = vectors<{ signatures: Record<string, string & number>[] }>('umbral-signatures');

    it('verify, encode, recover; the high-s twin is refused', () => {
      for (const vector of file.signatures) {
        const signature = Signature.fromBytes(bytes(vector.signature_be!));
        const message = bytes(vector.message!);
        const verifyingKey = key(vector.public_key!);
        expect(hex(secret(vector.secret_key!).publicKey.toBytes())).toBe(vector.public_key);
        expect(hex(sha256Of(message))).toBe(vector.sha256_message);
        expect(signature.verify(verifyingKey, message)).toBe(true);
        expect(hex(signature.toDer())).toBe(vector.signature_der);
        expect(Signature.fromDer(bytes(vector.signature_der!)).equals(signature)).toBe(true);
        expect(signature.toString()).toBe(vector.to_string);
        const recoverable = RecoverableSignature.fromBytes(bytes(vector.recoverable_signature_be!));
        expect(recoverable.recoveryId).toBe(vector.recovery_byte);
        expect(recoverable.recoverFromPrehash(sha256Of(message)).equals(verifyingKey)).toBe(true);
        expect(recoverable.toSignature().equals(signature)).toBe(true);
        expect(Signature.fromBytes(bytes(vector.high_s_variant_be!)).verify(verifyingKey, message)).toBe(false);
        const signer = new Signer(secret(vector.secret_key!));
        expect(signer.sign(message).verify(verifyingKey, message)).toBe(true);
        expect(signer.signPrehash(sha256Of(message)).recoverFromPrehash(sha256Of(message)).equals(verifyingKey)).toBe(
          true,
        );
        count('umbral-signatures');
      }
    });
  });

  describe('umbral-scenarios.json', () => {
    const file = vectors<{ scenarios: Scenario[] }>('umbral-scenarios');

    it.each(file.scenarios)('$name', (scenario) => {
      const capsule = capsuleOf(scenario.capsule);
      const keys = keysOf(scenario);
      const plaintext = bytes(scenario.plaintext);
      const ciphertext = bytes(scenario.ciphertext);
      expect(hex(capsule.toBytes())).toBe(scenario.capsule);
      expect(hex(capsule.toBytesSimple())).toBe(scenario.capsule_simple);
      expect(Capsule.fromBytesSimple(bytes(scenario.capsule_simple)).equals(capsule)).toBe(true);
      expect(decryptOriginal(secret(scenario.delegating_sk), capsule, ciphertext)).toEqual(plaintext);

      const only = {
        verifyingKey: keys.verifyingKey,
        ...(scenario.sign_delegating_key ? { delegatingKey: keys.delegatingKey } : {}),
        ...(scenario.sign_receiving_key ? { receivingKey: keys.receivingKey } : {}),
      };
      for (const encoded of scenario.kfrags) {
        expect(hex(KeyFrag.fromBytes(bytes(encoded)).verify(only).toBytes())).toBe(encoded);
      }
      const first = KeyFrag.fromBytes(bytes(scenario.kfrags[0]!));
      expect(hex(first.verify({ ...keys, checkReceiverSignature: true }).toBytes())).toBe(scenario.kfrags[0]);

      const cfrags = scenario.cfrags.map((encoded) => CapsuleFrag.fromBytes(bytes(encoded)));
      const { verified, rejected } = verifyCapsuleFrags(capsule, cfrags, keys);
      expect(rejected).toEqual([]);
      expect(verified.map((cfrag) => hex(cfrag.toBytes()))).toEqual(scenario.cfrags);
      expect(hex(cfrags[0]!.verify(capsule, keys).toBytesSimple())).toBe(scenario.cfrag_simple_0);
      expect(CapsuleFrag.fromBytesSimple(bytes(scenario.cfrag_simple_0)).equals(cfrags[0]!)).toBe(true);

      const opened = decryptReencrypted({
        receivingSecretKey: secret(scenario.receiving_sk),
        delegatingKey: keys.delegatingKey,
        capsule,
        cfrags: scenario.decrypt_with_indices.map((i) => verified[i]!),
        ciphertext,
      });
      expect(opened).toEqual(plaintext);
      for (const [i, encoded] of scenario.evidence.entries()) {
        const made = ReencryptionEvidence.from({ capsule, cfrag: verified[i]!, ...keys });
        expect(hex(made.toBytes())).toBe(encoded);
        expect(ReencryptionEvidence.fromBytes(bytes(encoded)).equals(made)).toBe(true);
      }
      count('umbral-scenarios');
    });
  });

  describe('umbral-intermediates.json', () => {
    interface Walkthrough {
      scenario: Scenario;
      capsule_challenge_h: string;
      key_seed_point: string;
      dem_key: string;
      dem_nonce: string;
      dem_aad: string;
      precursor: string;
      dh_point: string;
      shared_secret_d: string;
      share_indices_for_decrypt_order: string[];
      lagrange_coefficients: string[];
      e_prime: string;
      v_prime: string;
      f_at_zero_equals_a_over_d: string;
      cfrag_challenges_h_all_cfrags: string[];
      kfrag_signature_messages_all: Record<string, string>[];
    }
    const file = vectors<{
      digest_to_scalar: { digest: string; scalar: string }[];
      hash_to_scalar: { dst: string; input: string; preimage: string; scalar: string }[];
      point_u: Record<string, string>;
      walkthroughs: Walkthrough[];
    }>('umbral-intermediates');

    it('digests to scalars, at the edges, one by one and as a list', () => {
      const { scalars } = arithmetic();
      for (const vector of file.digest_to_scalar) {
        expect(hex(scalars.reduce(bytes(vector.digest)))).toBe(vector.scalar);
        count('umbral-intermediates');
      }
      const all = (name: 'digest' | 'scalar') => file.digest_to_scalar.map((vector) => vector[name]).join('');
      expect(hex(scalars.reduce(bytes(all('digest'))))).toBe(all('scalar'));
    });

    it('hash to scalar', () => {
      for (const vector of file.hash_to_scalar) {
        expect(hex(hashToScalarBytes(text(vector.dst), bytes(vector.input)))).toBe(vector.scalar);
        expect(hex(arithmetic().scalars.reduce(sha256Of(bytes(vector.preimage))))).toBe(vector.scalar);
        count('umbral-intermediates');
      }
    });

    it('the derivation of U', async () => {
      const { secp256k1_hasher } = await import('@noble/curves/secp256k1.js');
      const { expand_message_xmd } = await import('@noble/curves/abstract/hash-to-curve.js');
      const { sha256 } = await import('@noble/hashes/sha2.js');
      const expanded = expand_message_xmd(text('POINT_U'), text('PARAMETERS'), 96, sha256);
      expect(hex(expanded)).toBe(file.point_u.expand_message_xmd_sha256_96);
      const derived = secp256k1_hasher.hashToCurve(text('POINT_U'), { DST: 'PARAMETERS' });
      expect(derived.toHex(true)).toBe(file.point_u.u_compressed);
      expect(hex(generators.U.toBytes())).toBe(file.point_u.u_compressed);
      count('umbral-intermediates');
    });

    it.each(file.walkthroughs)('walkthrough $scenario.name', (walk) => {
      const { scenario } = walk;
      const engine = arithmetic();
      const capsule = capsuleOf(scenario.capsule);
      const parts = capsuleParts(capsule);
      expect(hex(parts.challenge)).toBe(walk.capsule_challenge_h);
      expect(hex(parts.simple)).toBe(walk.dem_aad);
      const a = Scalar.fromBytes(bytes(scenario.delegating_sk));
      const sum = Point.fromBytes(parts.e).add(Point.fromBytes(parts.v));
      expect(hex(sum.multiply(a).toBytes())).toBe(walk.key_seed_point);
      expect(hex(deriveBytes(bytes(walk.key_seed_point), new Uint8Array(), 32))).toBe(walk.dem_key);
      expect(scenario.ciphertext.slice(0, 48)).toBe(walk.dem_nonce);

      const cfrags = scenario.cfrags.map((encoded) => capsuleFragParts(CapsuleFrag.fromBytes(bytes(encoded))));
      const chosen = scenario.decrypt_with_indices.map((i) => cfrags[i]!);
      const { x } = chosen[0]!;
      const receivingKey = bytes(scenario.receiving_pk);
      const b = Scalar.fromBytes(bytes(scenario.receiving_sk));
      const dh = Point.fromBytes(x).multiply(b).toBytes();
      const d = sharedSecret(x, receivingKey, dh);
      expect([hex(x), hex(dh), hex(d)]).toEqual([walk.precursor, walk.dh_point, walk.shared_secret_d]);
      const indices = shareIndices(
        x,
        receivingKey,
        dh,
        chosen.map(({ id }) => id),
      );
      expect(hex(indices)).toBe(walk.share_indices_for_decrypt_order.join(''));
      const lambdas = engine.scalars.lagrangeAtZero(indices)!;
      expect(hex(lambdas)).toBe(walk.lagrange_coefficients.join(''));
      const part = (name: 'e1' | 'v1') =>
        chosen
          .map((cfrag, i) =>
            Point.fromBytes(cfrag[name]).multiply(Scalar.fromBytes(lambdas.subarray(32 * i, 32 * i + 32))),
          )
          .reduce((total, point) => total.add(point), Point.identity);
      expect([hex(part('e1').toBytes()), hex(part('v1').toBytes())]).toEqual([walk.e_prime, walk.v_prime]);
      expect(hex(a.multiply(Scalar.fromBytes(d).invert()).toBytes())).toBe(walk.f_at_zero_equals_a_over_d);
      expect(hex(challengesOf(capsule, cfrags))).toBe(walk.cfrag_challenges_h_all_cfrags.join(''));

      for (const [i, vector] of walk.kfrag_signature_messages_all.entries()) {
        const [pkA, pkB] = [bytes(scenario.delegating_pk), bytes(scenario.receiving_pk)];
        const digest = (first?: Uint8Array, second?: Uint8Array) => hex(kfragDigest(cfrags[i]!, first, second));
        expect(digest(pkA, pkB)).toBe(vector.sha256);
        expect(digest(pkA, pkB)).toBe(hex(sha256Of(bytes(vector.message_both_keys!))));
        expect(digest(pkA)).toBe(hex(sha256Of(bytes(vector.message_delegating_only!))));
        expect(digest(undefined, pkB)).toBe(hex(sha256Of(bytes(vector.message_receiving_only!))));
        expect(digest()).toBe(hex(sha256Of(bytes(vector.message_no_key!))));
      }
      count('umbral-intermediates');
    });
  });

  describe('umbral-deterministic.json', () => {
    interface Case extends Scenario {
      encrypt_scalar_r: string;
      encrypt_scalar_u: string;
      encrypt_nonce: string;
      precursor_scalar_x: string;
      polynomial_coefficients_1_to_t_minus_1: string[];
      kfrag_ids: string[];
      reencrypt_scalars_t: string[];
    }
    const file = vectors<{ cases: Case[] }>('umbral-deterministic');

    it.each(file.cases)('$threshold of $shares, flags $sign_delegating_key $sign_receiving_key', (vector) => {
      const delegatingSecretKey = secret(vector.delegating_sk);
      const receivingSecretKey = secret(vector.receiving_sk);
      const signer = new Signer(secret(vector.signing_sk));
      const delegatingKey = delegatingSecretKey.publicKey;
      const receivingKey = receivingSecretKey.publicKey;
      const keys = { verifyingKey: signer.verifyingKey, delegatingKey, receivingKey };

      const made = encryptWith(
        { r: bytes(vector.encrypt_scalar_r), u: bytes(vector.encrypt_scalar_u), nonce: bytes(vector.encrypt_nonce) },
        delegatingKey,
        bytes(vector.plaintext),
      )!;
      expect(hex(made.capsule.toBytes())).toBe(vector.capsule);
      expect(hex(made.ciphertext)).toBe(vector.ciphertext);

      const kfrags = generateKFragsWith(
        {
          x: bytes(vector.precursor_scalar_x),
          coefficients: bytes(vector.polynomial_coefficients_1_to_t_minus_1.join('')),
          ids: vector.kfrag_ids.map(bytes),
        },
        {
          delegatingSecretKey,
          receivingKey,
          signer,
          threshold: vector.threshold,
          shares: vector.shares,
          signDelegatingKey: vector.sign_delegating_key,
          signReceivingKey: vector.sign_receiving_key,
        },
      )!;
      expect(kfrags.map((kfrag) => hex(kfrag.toBytes()))).toEqual(vector.kfrags);

      const cfrags = kfrags.map(
        (kfrag, i) => reencryptWith(bytes(vector.reencrypt_scalars_t[i]!), [made.capsule], kfrag)[0]!,
      );
      expect(cfrags.map((cfrag) => hex(cfrag.toBytes()))).toEqual(vector.cfrags);
      for (const [i, evidence] of vector.evidence.entries()) {
        expect(hex(ReencryptionEvidence.from({ capsule: made.capsule, cfrag: cfrags[i]!, ...keys }).toBytes())).toBe(
          evidence,
        );
      }
      count('umbral-deterministic');
    });
  });

  describe('umbral-evidence.json', () => {
    interface Vector {
      name: string;
      capsule: string;
      cfrag: string;
      verifying_pk: string;
      delegating_pk: string;
      receiving_pk: string;
      capsule_simple: string;
      cfrag_simple: string;
      evidence: string;
      on_chain: {
        challenge_h: string;
        kfrag_message_sha256: string;
        v: number;
        reencryption_correct: boolean;
        uncompressed: Record<string, string>;
      };
    }
    const file = vectors<{ evidence: Vector[] }>('umbral-evidence');

    it.each(file.evidence)('$name', (vector) => {
      const capsule = capsuleOf(vector.capsule);
      const cfrag = CapsuleFrag.fromBytes(bytes(vector.cfrag));
      const keys = keysOf(vector);
      const evidence = ReencryptionEvidence.from({ capsule, cfrag, ...keys });
      expect(hex(evidence.toBytes())).toBe(vector.evidence);
      expect(hex(capsule.toBytesSimple())).toBe(vector.capsule_simple);
      expect(hex(cfrag.toBytesSimple())).toBe(vector.cfrag_simple);
      expect(hex(challengesOf(capsule, [capsuleFragParts(cfrag)]))).toBe(vector.on_chain.challenge_h);
      expect(hex(evidence.messageHash)).toBe(vector.on_chain.kfrag_message_sha256);
      expect(evidence.signatureV).toBe(vector.on_chain.v === 1);
      for (const [name, coordinates] of Object.entries(vector.on_chain.uncompressed)) {
        expect(hex(evidence.point(name as Parameters<typeof evidence.point>[0]))).toBe(coordinates);
      }
      const { rejected } = verifyCapsuleFrags(capsule, [cfrag], keys);
      expect(rejected.length === 0).toBe(vector.on_chain.reencryption_correct);
      count('umbral-evidence');
    });
  });

  describe('umbral-batch.json', () => {
    interface Batch {
      id: string;
      capsule: string;
      verifying_pk: string;
      delegating_pk: string;
      receiving_pk: string;
      cfrags: string[];
      each_result_by_reference: string[];
      failing_indices: number[];
    }
    const file = vectors<{ batches: Batch[] }>('umbral-batch');

    it.each(file.batches)('$id', (batch) => {
      const capsule = capsuleOf(batch.capsule);
      const keys = keysOf(batch);
      const cfrags = batch.cfrags.map((encoded) => CapsuleFrag.fromBytes(bytes(encoded)));
      const { verified, rejected } = verifyCapsuleFrags(capsule, cfrags, keys);
      expect(rejected.map(({ index }) => index)).toEqual(batch.failing_indices);
      for (const { index, code } of rejected) expect(batch.each_result_by_reference[index]).toContain(code);
      const good = batch.cfrags.filter((_, i) => !batch.failing_indices.includes(i));
      expect(verified.map((cfrag) => hex(cfrag.toBytes()))).toEqual(good);
      count('umbral-batch');
    });
  });

  describe('umbral-negative.json', () => {
    type Args = Record<string, string> & { cfrags?: string[]; threshold?: number; shares?: number };
    interface Negative {
      id: string;
      op: string;
      args: Args;
      required: { outcome: string; step?: string; result?: string };
      cfrag_verify?: unknown;
    }
    const file = vectors<{ vectors: Negative[] }>('umbral-negative');

    const optional = (value: string | null | undefined) => (value ? key(value) : undefined);
    const operations: Record<string, (args: Args) => Uint8Array | undefined> = {
      'public_key.from_bytes': ({ data }) => key(data!).toBytes(),
      'secret_key.from_bytes': ({ data }) => secret(data!).toSecretBytes(),
      'secret_key_factory.from_seed': ({ data }) => SecretKeyFactory.fromSeed(bytes(data!)).makeSecret(text('')),
      'signature.from_bytes': ({ data }) => Signature.fromBytes(bytes(data!)).toBytes(),
      'recoverable_signature.from_bytes': ({ data }) => RecoverableSignature.fromBytes(bytes(data!)).toBytes(),
      'capsule.from_bytes': ({ data }) => capsuleOf(data!).toBytes(),
      'evidence.from_bytes': ({ data }) => ReencryptionEvidence.fromBytes(bytes(data!)).toBytes(),
      'kfrag.verify': ({ data, verifying_pk, delegating_pk, receiving_pk }) =>
        KeyFrag.fromBytes(bytes(data!))
          .verify({
            verifyingKey: key(verifying_pk!),
            delegatingKey: optional(delegating_pk),
            receivingKey: optional(receiving_pk),
          })
          .toBytes(),
      'cfrag.verify': ({ data, capsule, ...args }) =>
        CapsuleFrag.fromBytes(bytes(data!))
          .verify(capsuleOf(capsule!), keysOf(args as never))
          .toBytes(),
      decrypt_original: ({ delegating_sk, capsule, ciphertext }) =>
        decryptOriginal(secret(delegating_sk!), capsuleOf(capsule!), bytes(ciphertext!)),
      decrypt_reencrypted: ({ receiving_sk, delegating_pk, capsule, cfrags, ciphertext }) =>
        decryptReencrypted({
          receivingSecretKey: secret(receiving_sk!),
          delegatingKey: key(delegating_pk!),
          capsule: capsuleOf(capsule!),
          cfrags: (cfrags as string[]).map((cfrag) => VerifiedCapsuleFrag.fromTrustedBytes(bytes(cfrag))),
          ciphertext: bytes(ciphertext!),
        }),
      'evidence.new': ({ capsule, cfrag, ...args }) =>
        ReencryptionEvidence.from({
          capsule: capsuleOf(capsule!),
          cfrag: CapsuleFrag.fromBytes(bytes(cfrag!)),
          ...keysOf(args as never),
        }).toBytes(),
      generate_kfrags: ({ delegating_sk, receiving_pk, signing_sk, threshold, shares }) => {
        generateKFrags({
          delegatingSecretKey: secret(delegating_sk!),
          receivingKey: key(receiving_pk!),
          signer: new Signer(secret(signing_sk!)),
          threshold: threshold as number,
          shares: shares as number,
        });
        return undefined;
      },
      'signature.verify': ({ signature, message, verifying_pk }) => {
        // `verify` answers rather than throws; a refusal is its `false`.
        const valid = Signature.fromBytes(bytes(signature!)).verify(key(verifying_pk!), bytes(message!));
        if (valid) return undefined;
        throw new UmbralError('signature.verify', { field: 'signature', expected: 'true', got: 'false' });
      },
    };

    const outcome = ({ op, args }: Negative): Negative['required'] => {
      try {
        const result = operations[op]!(args);
        return result ? { outcome: 'accept', result: hex(result) } : { outcome: 'accept' };
      } catch (error) {
        if (error instanceof UmbralError) return { outcome: 'reject', step: error.code };
        throw error;
      }
    };

    it.each(file.vectors)('$id', (vector) => {
      expect(outcome(vector)).toEqual(vector.required);
      count('umbral-negative');
    });
  });

  describe('pyumbral', () => {
    const pad = (value: string) => bytes(value.padStart(64, '0'));

    it('point operations', () => {
      const file = vectors<Record<string, string> & { vectors: { operation: string; result: string }[] }>(
        'pyumbral-point-operations',
      );
      const p = Point.fromBytes(bytes(file['first CurvePoint operand']!));
      const q = Point.fromBytes(bytes(file['second CurvePoint operand']!));
      const k = Scalar.fromBytes(pad(file['CurveScalar operand']!));
      const bare = (value: Uint8Array) => hex(value).replace(/^(00)+/, '');
      const operations: Record<string, () => string> = {
        Addition: () => hex(p.add(q).toBytes()),
        Subtraction: () => hex(p.subtract(q).toBytes()),
        Multiplication: () => hex(p.multiply(k).toBytes()),
        Inversion: () => hex(p.negate().toBytes()),
        'To_affine.X': () => bare(p.toAffine().x),
        'To_affine.Y': () => bare(p.toAffine().y),
        kdf: () => hex(deriveBytes(p.toBytes(), new Uint8Array(), 32)),
      };
      for (const { operation, result } of file.vectors) {
        expect(operations[operation]?.(), operation).toBe(result.replace(/^(00)+/, ''));
        count('pyumbral-point-operations');
      }
    });

    it('scalar operations', () => {
      const file = vectors<Record<string, string> & { vectors: { operation: string; result: string }[] }>(
        'pyumbral-scalar-operations',
      );
      const a = Scalar.fromBytes(pad(file['first operand']!));
      const b = Scalar.fromBytes(pad(file['second operand']!));
      const operations: Record<string, () => Scalar> = {
        Addition: () => a.add(b),
        Subtraction: () => a.subtract(b),
        Multiplication: () => a.multiply(b),
        Inverse: () => a.invert(),
      };
      for (const { operation, result } of file.vectors) {
        expect(hex(operations[operation]!().toBytes()), operation).toBe(hex(pad(result)));
        count('pyumbral-scalar-operations');
      }
    });
  });

  describe('the count', () => {
    it('is that of the files: nothing was skipped', () => {
      for (const [file, number] of Object.entries(counts)) console.log(`${file}.json: ${number} vectors passed`);
      expect(counts).toEqual({
        'umbral-keys': 72,
        'umbral-signatures': 28,
        'umbral-scenarios': 22,
        'umbral-intermediates': 15,
        'umbral-deterministic': 12,
        'umbral-evidence': 7,
        'umbral-batch': 12,
        'umbral-negative': 230,
        'pyumbral-point-operations': 7,
        'pyumbral-scalar-operations': 4,
      });
    });
  });
}
