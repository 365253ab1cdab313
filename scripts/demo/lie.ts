/**
 * A lie of the demo's past, real to the last byte: a node that re-encrypts falsely over its own signature, and the evidence that
 * convicts it. Its keys are made here and forgotten here, so nobody has to break into a node's keystore to show a conviction.
 */
import type { Address, Hex } from 'dintel/chain';
import {
  addressOf,
  type Contracts,
  type Evidence,
  fragmentOfKfrag,
  type Leaf,
  leafHash,
  makeEvidence,
  receiptOf,
  signTyped,
  toHex,
} from 'dintel/protocol';
import { encrypt, generateKFrags, reencrypt, SecretKey, Signer } from 'dintel/umbral';
import { cheatsOf } from '../vectors/cheats.ts';

/** A node that will be caught. */
export class Liar {
  readonly #key = SecretKey.random();
  readonly #run = rehearse();
  readonly operator: Address = addressOf(this.#key.publicKey);
  /** The commitment of its leaf. */
  readonly fragment: Hex = fragmentOfKfrag(this.#run.kfrag);
  readonly encryptingKey = SecretKey.random().publicKey.toBytes();

  /** Its consent to work for a stake wallet. */
  consent(contracts: Contracts, node: Address, deadline: number): Uint8Array {
    return signTyped('OperatorConsent', this.#key, contracts, { node, deadline });
  }

  /** A false answer under its signature, as evidence. `cheat` is one of scripts/vectors/cheats.ts. */
  evidence(contracts: Contracts, of: { policyId: Hex; leaf: Leaf; epoch: number }, cheat: string): Evidence {
    const { capsule, cfrag } =
      cheatsOf({ ...this.#run, otherCapsule: this.#run.capsule }).find(({ name }) => name === cheat) ?? this.#run;
    const request = toHex(crypto.getRandomValues(new Uint8Array(32)));
    const receipt = receiptOf({ ...of, leaf: leafHash(of.leaf), request, capsule, cfrag });
    const signature = signTyped('Receipt', this.#key, contracts, receipt);
    return makeEvidence({ ...of, request, capsule, cfrag, signature });
  }
}

/** A grant of one share, and its honest answer. */
function rehearse(): { readonly capsule: Uint8Array; readonly cfrag: Uint8Array; readonly kfrag: Uint8Array } {
  const [delegating, receiving] = [SecretKey.random(), SecretKey.random()];
  const signer = new Signer(SecretKey.random());
  const { capsule } = encrypt(delegating.publicKey, new Uint8Array(32));
  const [kfrag] = generateKFrags({
    delegatingSecretKey: delegating,
    receivingKey: receiving.publicKey,
    signer,
    threshold: 1,
    shares: 1,
  });
  if (kfrag === undefined) throw new Error('there is no share');
  return { capsule: capsule.toBytesSimple(), cfrag: reencrypt(capsule, kfrag).toBytesSimple(), kfrag: kfrag.toBytes() };
}
