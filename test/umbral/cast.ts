/** A small finished story that tests bend: Alice, Bob, 2 of 3 fragments, one capsule. Made once per test file. */
import {
  CapsuleFrag,
  encrypt,
  generateKFrags,
  KeyFrag,
  reencrypt,
  SecretKey,
  Signer,
  verifyCapsuleFrags,
} from '../../lib/umbral/index.ts';
import { text } from './support.ts';

export function cast(threshold = 2, shares = 3) {
  const alice = SecretKey.random();
  const bob = SecretKey.random();
  const signer = new Signer(SecretKey.random());
  const keys = { verifyingKey: signer.verifyingKey, delegatingKey: alice.publicKey, receivingKey: bob.publicKey };
  const plaintext = text('peace at dawn');
  const { capsule, ciphertext } = encrypt(alice.publicKey, plaintext);
  const kfrags = generateKFrags({
    delegatingSecretKey: alice,
    receivingKey: bob.publicKey,
    signer,
    threshold,
    shares,
  }).map((kfrag) => KeyFrag.fromBytes(kfrag.toBytes()).verify(keys));
  const cfrags = kfrags.map((kfrag) => CapsuleFrag.fromBytes(reencrypt(capsule, kfrag).toBytes()));
  const { verified } = verifyCapsuleFrags(capsule, cfrags, keys);
  const opening = { receivingSecretKey: bob, delegatingKey: alice.publicKey, capsule, ciphertext };
  return { alice, bob, signer, keys, plaintext, capsule, ciphertext, kfrags, cfrags, verified, opening };
}
