/** keys.json: every row of spec/protocol.md section 2 from one root and one phrase. */
import {
  addressOf,
  EncryptingRatchet,
  Keyring,
  labelBytes,
  nodePeerSeed,
  nodeSeed,
  operatorKey,
  sha256,
  toHex,
  utf8,
} from 'dintel/protocol';
import type { SecretKey } from 'dintel/umbral';
import { labelsSeed, personSeed } from '../../lib/protocol/derive.ts';

/** A phrase that everybody knows; never use it. */
const phrase = `${'abandon '.repeat(23)}art`;
const labels = ['a', 'médical', 'me\u0301dical', 'x'.repeat(1024), '\u{1f511} keys'];
const codeUnits = (text: string): readonly number[] =>
  Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));

const pair = (key: SecretKey) => ({ secret: toHex(key.toSecretBytes()), public: toHex(key.publicKey.toBytes()) });

export function keysVectors(): object {
  const root = sha256(utf8('dintel vector root'));
  const keyring = Keyring.fromRoot(root);
  const seed = nodeSeed(phrase);
  const operator = operatorKey(seed);
  return {
    about:
      'spec/protocol.md section 10, "keys". Labels are given as UTF-16 code units; refused ones have none of these keys.',
    root: toHex(root),
    personSeed: toHex(personSeed(root)),
    labelsSeed: toHex(labelsSeed(root)),
    verifying: [0, 1, 0xffffffff].map((v) => ({ v, ...pair(keyring.verifying(v)) })),
    receiving: [0, 1, 0xffffffff].map((v) => ({ v, ...pair(keyring.receiving(v)) })),
    delegating: labels.flatMap((label) =>
      [0, 1].map((v) => ({
        label: codeUnits(label),
        bytes: toHex(labelBytes(label)),
        v,
        ...pair(keyring.delegating(label, v)),
      })),
    ),
    vault: toHex(keyring.vaultKey()),
    node: {
      phrase,
      seed: toHex(seed),
      operator: { ...pair(operator), address: addressOf(operator.publicKey) },
      ratchet: [0, 1, 2, 3].map((k) => {
        const ratchet = EncryptingRatchet.fromSeed(seed);
        ratchet.forget(k);
        return { keyNumber: k, state: toHex(ratchet.toSecretBytes()), ...pair(ratchet.key(k)) };
      }),
      peerSeed: toHex(nodePeerSeed(seed)),
    },
    faults: [
      { name: 'an empty label', label: '' },
      { name: 'a label of 1,025 bytes', label: 'x'.repeat(1025) },
      { name: 'a high surrogate alone', label: 'a\ud83d' },
      { name: 'a low surrogate alone', label: '\udd11b' },
    ].map(({ name, label }) => ({ name, label: codeUnits(label), code: 'E_LABEL' })),
  };
}
