/**
 * What a lying node says: Vladimir's repertoire, for tests of those who must not believe him. Every lie over a signature convicts;
 * the others are no answer at all. Owns: how answers are changed. Source: protocol.md sections 6 and 7 ("Bob accepts").
 */
import {
  type Contracts,
  decodeAnswer,
  decodeBody,
  encodeAnswer,
  leafOf,
  type ReencryptAnswer,
  receiptOf,
  requestDigest,
  requestOf,
  signTyped,
} from '../protocol/index.ts';
import { SecretKey } from '../umbral/index.ts';

/**
 * - `proof`: a false proof over its signature; `fragment`: the answer of another share; `point`: bytes that are no point. All three
 *   are caught, named and evidence that convicts.
 * - `unsigned`: a changed answer under the signature of the true one; `stranger`: signed by a key that is no operator. Not used, and
 *   no evidence.
 * - `chunk`: stored bytes with one bit changed.
 */
export type Lie = 'proof' | 'fragment' | 'point' | 'unsigned' | 'stranger' | 'chunk';

/** Which byte of a cfrag (359 bytes, protocol.md section 6) each lie changes. */
const places: Readonly<Record<Exclude<Lie, 'chunk' | 'stranger'>, number>> = {
  proof: 294,
  fragment: 300,
  point: 0,
  unsigned: 294,
};

const changed = (cfrag: Uint8Array, place: number): Uint8Array =>
  cfrag.map((byte, i) => (i === place ? (place === 0 ? 5 : byte ^ 1) : byte));

/** The bytes that leave the node. */
export function lieAbout(
  lie: Lie | undefined,
  about: {
    readonly name: string;
    readonly honest: Uint8Array;
    /** The request's body. */
    readonly asked: Uint8Array;
    readonly operator: SecretKey;
    readonly contracts: Contracts;
  },
): Uint8Array {
  const { name, honest, asked, operator, contracts } = about;
  if (lie === undefined || lie === 'chunk' || name !== 'reencrypt') return honest;
  const answer = decodeAnswer('reencrypt', honest);
  const change = (cfrag: Uint8Array) => (lie === 'stranger' ? cfrag : changed(cfrag, places[lie]));
  const signer = lie === 'stranger' ? SecretKey.random() : operator;
  const results = answer.results.map(({ cfrag, signature }, i) => {
    const told = change(cfrag);
    if (lie === 'unsigned') return { cfrag: told, signature };
    return {
      cfrag: told,
      signature: signTyped('Receipt', signer, contracts, receiptFor(asked, answer, told, i, contracts)),
    };
  });
  return encodeAnswer('reencrypt', { ...answer, results });
}

function receiptFor(asked: Uint8Array, answer: ReencryptAnswer, cfrag: Uint8Array, i: number, contracts: Contracts) {
  const { policyId, leaf: parts, capsules, request: signed } = decodeBody('reencrypt', asked);
  const leaf = leafOf(parts).hash;
  const request = requestDigest(contracts, requestOf({ ...signed, policyId, leaf, capsules }));
  return receiptOf({ policyId, leaf, epoch: answer.epoch, request, capsule: capsules[i] as Uint8Array, cfrag });
}
