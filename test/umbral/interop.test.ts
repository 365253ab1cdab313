/** The same stories told half by us and half by @nucypher/umbral-pre, each way, compared as bytes. */
import * as pre from '@nucypher/umbral-pre';
import { describe, expect, it } from 'vitest';
import * as ours from '../../lib/umbral/index.ts';
import { hex, text } from './support.ts';

const plaintext = text('peace at dawn');
const flags = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
] as const;

/** One set of keys in both libraries. */
function people() {
  const secret = () => {
    const mine = ours.SecretKey.random();
    return { mine, theirs: pre.SecretKey.fromBEBytes(mine.toSecretBytes()) };
  };
  const [alice, bob, signing] = [secret(), secret(), secret()];
  const keys = {
    verifyingKey: signing.mine.publicKey,
    delegatingKey: alice.mine.publicKey,
    receivingKey: bob.mine.publicKey,
  };
  const preKeys = () => ({
    verifying: signing.theirs.publicKey(),
    delegating: alice.theirs.publicKey(),
    receiving: bob.theirs.publicKey(),
  });
  return { alice, bob, signing, keys, preKeys };
}

describe('with @nucypher/umbral-pre 0.10.0', () => {
  it('keys, factories and signatures agree', () => {
    for (let i = 0; i < 8; i++) {
      const theirs = pre.SecretKey.random();
      const mine = ours.SecretKey.fromBytes(theirs.toBEBytes());
      expect(mine.publicKey.toBytes()).toEqual(theirs.publicKey().toCompressedBytes());
      expect(ours.PublicKey.fromBytes(theirs.publicKey().toCompressedBytes()).equals(mine.publicKey)).toBe(true);
      const message = text(`message ${i}`);
      const fromThem = new pre.Signer(theirs).sign(message);
      expect(ours.Signature.fromBytes(fromThem.toBEBytes()).verify(mine.publicKey, message)).toBe(true);
      expect(ours.Signature.fromDer(fromThem.toDerBytes()).toBytes()).toEqual(fromThem.toBEBytes());
      const fromUs = new ours.Signer(mine).sign(message);
      expect(pre.Signature.fromBEBytes(fromUs.toBytes()).verify(theirs.publicKey(), message)).toBe(true);
      expect(pre.Signature.fromDerBytes(fromUs.toDer()).toBEBytes()).toEqual(fromUs.toBytes());
      const seed = theirs.toBEBytes();
      const label = text('a label');
      expect(ours.SecretKeyFactory.fromSeed(seed).makeFactory(label).makeKey(label).toSecretBytes()).toEqual(
        pre.SecretKeyFactory.fromSecureRandomness(seed).makeFactory(label).makeKey(label).toBEBytes(),
      );
    }
  });

  it('a prehash signature of ours is recovered by them', () => {
    const { signing } = people();
    const digest = Uint8Array.from({ length: 32 }, (_, i) => 7 * i);
    const signature = new ours.Signer(signing.mine).signPrehash(digest);
    const recovered = pre.PublicKey.recoverFromPrehash(
      digest,
      pre.RecoverableSignature.fromBEBytes(signature.toBytes()),
    );
    expect(recovered.toCompressedBytes()).toEqual(signing.mine.publicKey.toBytes());
  });

  it.each(flags)('we delegate, they do the rest (flags %s %s)', (signDelegatingKey, signReceivingKey) => {
    const { alice, bob, signing, keys, preKeys } = people();
    const { capsule, ciphertext } = ours.encrypt(keys.delegatingKey, plaintext);
    const kfrags = ours.generateKFrags({
      delegatingSecretKey: alice.mine,
      receivingKey: keys.receivingKey,
      signer: new ours.Signer(signing.mine),
      threshold: 2,
      shares: 3,
      signDelegatingKey,
      signReceivingKey,
    });
    const theirCapsule = pre.Capsule.fromBytes(capsule.toBytes());
    expect(theirCapsule.toBytes()).toEqual(capsule.toBytes());
    expect(theirCapsule.toBytesSimple()).toEqual(capsule.toBytesSimple());
    expect(pre.decryptOriginal(alice.theirs, theirCapsule, ciphertext)).toEqual(plaintext);
    const their = preKeys();
    const cfrags = kfrags.map((kfrag) => {
      const parsed = pre.KeyFrag.fromBytes(kfrag.toBytes());
      const verified = parsed.verify(
        their.verifying,
        signDelegatingKey ? their.delegating : null,
        signReceivingKey ? their.receiving : null,
      );
      expect(verified.toBytes()).toEqual(kfrag.toBytes());
      return pre.reencrypt(theirCapsule, verified);
    });
    // Their answers in our hands.
    const { verified, rejected } = ours.verifyCapsuleFrags(
      capsule,
      cfrags.map((cfrag) => ours.CapsuleFrag.fromBytes(cfrag.toBytes())),
      keys,
    );
    expect(rejected).toEqual([]);
    expect(verified.map((cfrag) => hex(cfrag.toBytesSimple()))).toEqual(cfrags.map((c) => hex(c.toBytesSimple())));
    expect(
      ours.decryptReencrypted({
        receivingSecretKey: bob.mine,
        delegatingKey: keys.delegatingKey,
        capsule,
        cfrags: verified.slice(1),
        ciphertext,
      }),
    ).toEqual(plaintext);
    const evidence = ours.ReencryptionEvidence.from({ capsule, cfrag: verified[0]!, ...keys });
    const theirs = new pre.ReencryptionEvidence(
      theirCapsule,
      cfrags[0]!,
      their.verifying,
      their.delegating,
      their.receiving,
    );
    expect(hex(evidence.toBytes())).toBe(hex(theirs.toBytes()));
    expect(evidence.signatureV).toBe(theirs.kfragSignatureV);
    expect(evidence.messageHash).toEqual(theirs.kfragValidityMessageHash);
    expect(evidence.point('uz')).toEqual(Uint8Array.from((theirs.uz.coordinates() ?? []).flatMap((c) => [...c])));
    // Our answers in theirs.
    const ourAnswers = kfrags.map((kfrag) =>
      pre.CapsuleFrag.fromBytes(ours.reencrypt(capsule, kfrag).toBytes()).verify(
        theirCapsule,
        their.verifying,
        their.delegating,
        their.receiving,
      ),
    );
    expect(
      pre.decryptReencrypted(bob.theirs, their.delegating, theirCapsule, ourAnswers.slice(0, 2), ciphertext),
    ).toEqual(plaintext);
  });

  it.each(flags)('they delegate, we do the rest (flags %s %s)', (signDelegatingKey, signReceivingKey) => {
    const { alice, bob, signing, keys, preKeys } = people();
    const their = preKeys();
    const [theirCapsule, ciphertext] = pre.encrypt(their.delegating, plaintext);
    const kfrags = pre.generateKFrags(
      alice.theirs,
      their.receiving,
      new pre.Signer(signing.theirs),
      2,
      3,
      signDelegatingKey,
      signReceivingKey,
    );
    const capsule = ours.Capsule.fromBytes(theirCapsule.toBytes());
    expect(ours.decryptOriginal(alice.mine, capsule, ciphertext)).toEqual(plaintext);
    const answers = kfrags.map((kfrag) => {
      const verified = ours.KeyFrag.fromBytes(kfrag.toBytes()).verify({
        verifyingKey: keys.verifyingKey,
        delegatingKey: signDelegatingKey ? keys.delegatingKey : undefined,
        receivingKey: signReceivingKey ? keys.receivingKey : undefined,
      });
      expect(verified.toBytes()).toEqual(kfrag.toBytes());
      return ours.reencrypt(capsule, verified);
    });
    const parsed = answers.map((cfrag) => pre.CapsuleFrag.fromBytes(cfrag.toBytes()));
    const verified = parsed.map((cfrag) =>
      cfrag.verify(theirCapsule, their.verifying, their.delegating, their.receiving),
    );
    expect(verified.map((cfrag) => hex(cfrag.toBytes()))).toEqual(answers.map((cfrag) => hex(cfrag.toBytes())));
    expect(pre.decryptReencrypted(bob.theirs, their.delegating, theirCapsule, verified, ciphertext)).toEqual(plaintext);
    expect(
      ours.decryptReencrypted({
        receivingSecretKey: bob.mine,
        delegatingKey: keys.delegatingKey,
        capsule,
        cfrags: answers,
        ciphertext,
      }),
    ).toEqual(plaintext);
    const evidence = ours.ReencryptionEvidence.from({ capsule, cfrag: answers[2]!, ...keys });
    expect(pre.ReencryptionEvidence.fromBytes(evidence.toBytes()).toBytes()).toEqual(evidence.toBytes());
  });
});
