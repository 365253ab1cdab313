import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../lib/protocol/bytes.ts';
import { ProtocolError } from '../../../lib/protocol/errors.ts';
import { type Address, fromHex } from '../../../lib/protocol/hex.ts';
import { type Json, writeJson } from '../../../lib/protocol/json.ts';
import { fragmentOfCfrag, leafOf } from '../../../lib/protocol/leaf.ts';
import type { Domain } from '../../../lib/protocol/messages.ts';
import { cfragHash, verifyReceipt } from '../../../lib/protocol/receipt.ts';
import { capsuleHash, requestDigest, requestOf } from '../../../lib/protocol/request.ts';
import { decodeAnswer, decodeBody } from '../../../lib/protocol/routes.ts';
import { recoverTyped } from '../../../lib/protocol/typed.ts';
import { Capsule, CapsuleFrag, PublicKey } from '../../../lib/umbral/index.ts';
import { restVectors } from '../../../scripts/vectors/rest.ts';
import vectors from '../../vectors/rest.json' with { type: 'json' };
import { refusalOf } from '../refusal.ts';
import { ask, type Scene } from './restNode.ts';

const { epochLength } = vectors.node;
const domain = vectors.node.domain as Domain;
const operators = vectors.node.operator.address as Address;
const goodBody = JSON.parse(vectors.request.body) as Json;

type Patch = { path: (string | number)[]; value?: unknown };
type Tree = { [member: string | number]: Tree };

/** A copy with the values at these paths set, or removed where a patch has no value. */
function patched(value: unknown, patches: readonly Patch[]): Json {
  const copy = structuredClone(value) as Tree;
  for (const patch of patches) {
    const parent = patch.path.slice(0, -1).reduce((at, step) => at[step] as Tree, copy);
    const last = patch.path.at(-1) as string;
    if (Object.hasOwn(patch, 'value')) parent[last] = patch.value as Tree;
    else delete parent[last];
  }
  return copy as Json;
}

describe('rest.json', () => {
  it('is what the writer computes', () => {
    expect(JSON.parse(JSON.stringify(restVectors()))).toEqual(vectors);
  });

  it('the good request, its digest, receipts and answer', async () => {
    const raw = utf8(vectors.request.body);
    const body = decodeBody('reencrypt', raw);
    const { policyId, capsules } = body;
    const leaf = leafOf(body.leaf).hash;
    expect(leaf).toBe(vectors.request.leaf);
    expect(capsules.map((capsule) => capsuleHash(capsule))).toEqual(vectors.request.capsules);
    const request = requestDigest(domain, requestOf({ ...body.request, policyId, leaf, capsules }));
    expect(request).toBe(vectors.request.digest);

    // The answer of the file, and one that a node gives now: the same cfrags cannot come twice, the same checks must hold.
    const currentEpoch = Math.floor(vectors.head.timestamp / epochLength);
    const fromFile = decodeAnswer('reencrypt', utf8(vectors.answer));
    const fromNode = await ask(raw, vectors.scene);
    for (const { epoch, head, results } of [fromFile, fromNode]) {
      expect(head).toEqual(vectors.head);
      expect(results.length).toBe(capsules.length);
      const [delegatingKey, receivingKey, verifyingKey] = body.leaf.keys.map((key) => PublicKey.fromBytes(key)) as [
        PublicKey,
        PublicKey,
        PublicKey,
      ];
      results.forEach(({ cfrag, signature }, i) => {
        const capsule = capsules[i] as Uint8Array;
        const answer = { capsule, cfrag, epoch, signature };
        const { message, digest, signer } = verifyReceipt({
          contracts: domain,
          policyId,
          leaf,
          request,
          ...answer,
          operators,
          currentEpoch,
        });
        if (results === fromFile.results) expect({ ...message, digest, signer }).toEqual(vectors.receipts[i]);
        expect(message.cfrag).toBe(cfragHash(cfrag));
        expect(fragmentOfCfrag(cfrag)).toBe(body.leaf.fragment);
        CapsuleFrag.fromBytesSimple(cfrag).verify(Capsule.fromBytesSimple(capsule), {
          verifyingKey,
          delegatingKey,
          receivingKey,
        });
      });
    }
  });

  it('the acknowledgement', () => {
    const body = decodeBody('acks', utf8(vectors.ack.body));
    const { ack, signature } = decodeAnswer('acks', utf8(vectors.ack.answer));
    const message = { ...ack, policyId: body.policyId, leaf: leafOf(body.leaf).hash };
    expect(recoverTyped('Ack', domain, message, signature)).toBe(vectors.ack.signer);
  });

  it('each refusal by a node, and of two faults the earlier', async () => {
    expect(vectors.refusals.length).toBe(22 + (22 * 21) / 2);
    for (const { faults, code, body, scene } of vectors.refusals) {
      const raw = writeJson(patched(goodBody, body as Patch[]));
      const changed = patched(vectors.scene, scene as Patch[]) as unknown as Scene;
      const outcome = await ask(raw, changed).then(
        () => 'accepted',
        (error: unknown) => (error instanceof ProtocolError ? error.code : error),
      );
      expect(outcome, String(faults)).toBe(code);
    }
  });

  it('bodies that are no JSON of ours', () => {
    for (const { name, code, bytes } of vectors.texts) {
      expect(
        refusalOf(() => decodeBody('reencrypt', fromHex(bytes))),
        name,
      ).toBe(code);
    }
  });
});
