/** Vladimir: changes what a node answers, and signs what he says. Not a test. */
import { leafOf, type ReencryptBody, receiptOf, requestDigest, requestOf, signTyped } from 'dintel/protocol';
import { contractsOf } from '../../lib/characters/network.ts';
import type { LocalNetwork, Tamper } from './localNetwork.ts';

export type Results = readonly { readonly cfrag: Uint8Array; readonly signature: Uint8Array }[];

/** Digest of the request in a body, as receipts name it. */
export function requestIn({ deployment }: LocalNetwork, body: ReencryptBody) {
  const leaf = leafOf(body.leaf).hash;
  const { policyId, capsules } = body;
  return requestDigest(contractsOf(deployment), requestOf({ ...body.request, policyId, leaf, capsules }));
}

/** For a node's `tamper`. */
export const lies =
  (net: LocalNetwork, change: (cfrag: Uint8Array, capsule: Uint8Array) => Uint8Array): Tamper =>
  (route, answer, node, asked) => {
    if (route !== 'reencrypt') return answer;
    const body = asked as ReencryptBody;
    const leaf = leafOf(body.leaf).hash;
    const results = (answer.results as Results).map((result, i) => {
      const capsule = body.capsules[i] as Uint8Array;
      const cfrag = change(result.cfrag, capsule);
      const about = { policyId: body.policyId, leaf, epoch: answer.epoch as number, request: requestIn(net, body) };
      const receipt = receiptOf({ ...about, capsule, cfrag });
      return { cfrag, signature: signTyped('Receipt', node.operator, contractsOf(net.deployment), receipt) };
    });
    return { ...answer, results };
  };
