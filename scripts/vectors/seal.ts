/** seal.json: SEAL with a given e for each purpose, a sealed kfrag, and what must not open. Source: spec/protocol.md sections 2, 3. */
import { concatBytes, fromHex, kfragAad, type SealPurpose, toHex, utf8 } from 'dintel/protocol';
import { sealKfragWith, sealWith } from '../../lib/protocol/seal.ts';
import { flip } from './faults.ts';
import { placeOf, secretOf, umbralRun, wordOf } from './people.ts';

const purposes: readonly SealPurpose[] = ['kfrag', 'request', 'answer', 'label', 'manifest', 'notice'];

export function sealVectors(): object {
  const recipient = secretOf('seal recipient');
  const seals = purposes.map((purpose, i) => {
    const e = secretOf(`seal e ${purpose}`);
    const aad = utf8(i % 2 === 0 ? '' : 'context');
    const message = utf8('message '.repeat(i));
    const sealed = sealWith(e, recipient.publicKey, purpose, aad, message);
    return { purpose, e: toHex(e.toSecretBytes()), aad: toHex(aad), message: toHex(message), sealed: toHex(sealed) };
  });
  const first = seals[1]!;
  const sealed = fromHex(first.sealed);
  const node = secretOf('node encrypting');
  const place = { keyNumber: 3, policyId: wordOf('policy'), index: 2, node: placeOf('node 2') };
  const kfrag = umbralRun(0).kfrags[0]!;
  const e = secretOf('kfrag e');
  const sealedKfrag = sealKfragWith(e, node.publicKey, place, kfrag);
  const open = { purpose: first.purpose, aad: first.aad, code: 'seal.open' };
  const openKfrag = { policyId: place.policyId, index: place.index, node: place.node, code: 'seal.open' };
  return {
    about:
      'spec/protocol.md section 10, "seal". Faults are opened with the recipient (or node) secret; each has one fault.',
    recipient: { secret: toHex(recipient.toSecretBytes()), public: toHex(recipient.publicKey.toBytes()) },
    valid: seals,
    faults: [
      { name: 'a bit of the point', ...open, sealed: toHex(flip(sealed, 8 * 20)) },
      { name: 'a bit of the ciphertext', ...open, sealed: toHex(flip(sealed, 8 * 33)) },
      { name: 'a bit of the tag', ...open, sealed: toHex(flip(sealed, 8 * sealed.length - 1)) },
      { name: 'an uncompressed tag', ...open, sealed: toHex(concatBytes(Uint8Array.of(4), sealed.subarray(1))) },
      {
        name: 'x off the curve',
        ...open,
        sealed: toHex(concatBytes(Uint8Array.of(2), fromHex(`0x${'00'.repeat(31)}05`), sealed.subarray(33))),
      },
      { name: 'one byte less', ...open, sealed: toHex(sealed.subarray(0, -1)) },
      { name: 'one byte more', ...open, sealed: toHex(concatBytes(sealed, Uint8Array.of(0))) },
      { name: '48 bytes', ...open, sealed: toHex(sealed.subarray(0, 48)) },
      { name: 'nothing', ...open, sealed: '0x' },
      { name: 'another purpose', ...open, purpose: 'answer', sealed: first.sealed },
      { name: 'another context', ...open, aad: toHex(utf8('contexT')), sealed: first.sealed },
    ],
    sealedKfrag: {
      e: toHex(e.toSecretBytes()),
      nodeSecret: toHex(node.toSecretBytes()),
      nodeKey: toHex(node.publicKey.toBytes()),
      ...place,
      kfrag: toHex(kfrag),
      aad: toHex(kfragAad(place)),
      sealedKfrag: toHex(sealedKfrag),
    },
    sealedKfragFaults: [
      { name: 'another policy', ...openKfrag, policyId: wordOf('another policy'), sealedKfrag: toHex(sealedKfrag) },
      { name: 'another index', ...openKfrag, index: 3, sealedKfrag: toHex(sealedKfrag) },
      { name: 'another node', ...openKfrag, node: placeOf('node 3'), sealedKfrag: toHex(sealedKfrag) },
      { name: 'another key number', ...openKfrag, sealedKfrag: toHex(flip(sealedKfrag, 24)) },
      { name: 'a bit of the kfrag', ...openKfrag, sealedKfrag: toHex(flip(sealedKfrag, 8 * 100)) },
      { name: '362 bytes', ...openKfrag, sealedKfrag: toHex(sealedKfrag.subarray(1)), code: 'E_LENGTH' },
      {
        name: '364 bytes',
        ...openKfrag,
        sealedKfrag: toHex(concatBytes(sealedKfrag, Uint8Array.of(0))),
        code: 'E_LENGTH',
      },
    ],
  };
}
