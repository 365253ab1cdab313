/** Bob's clock and a node that says his is wrong. */
import { expect, it } from 'vitest';
import { type AskContext, askNode } from '../../lib/characters/bob/ask.ts';
import type { NodeClient } from '../../lib/characters/nodeClient.ts';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import type { Hex } from '../../lib/protocol/hex.ts';
import type { VerifiedShare } from '../../lib/protocol/manifestVerify.ts';
import { SecretKey } from '../../lib/umbral/index.ts';

const word = (byte: string): Hex => `0x${byte.repeat(32)}`;
const address = (byte: string): Hex => `0x${byte.repeat(20)}`;
const nowMs = 1_800_000_000_000;
const day = 86_400_000;

/** What Bob learns from one refusal with this Date. */
async function offsetAfter(nodeTimeMs: number): Promise<number | undefined> {
  const contracts = {
    chainId: 31337,
    adjudicator: address('a1'),
    policyManager: address('b2'),
    escrow: address('c3'),
  };
  const share = {
    node: address('e5'),
    leafHash: word('11'),
    parts: { reader: address('f6') },
    ack: { rate: 1n, until: 1, lastStart: 1, epoch: 1 },
  } as unknown as VerifiedShare;
  const context = {
    network: { contracts },
    manifest: { manifest: { policyId: word('22') } },
    reader: SecretKey.random(),
    capsules: [],
    capsuleBytes: [new Uint8Array(98)],
    now: () => nowMs,
    offsets: new Map(),
  } as unknown as AskContext;
  const client = {
    post: () => Promise.reject(new ProtocolError('E_CLOCK', { data: { nodeTimeMs } })),
  } as unknown as NodeClient;
  await expect(askNode(client, share, context, new AbortController().signal)).rejects.toMatchObject({
    code: 'E_CLOCK',
  });
  return context.offsets.get(share.node);
}

it('follows a node by a day at most, and no time that is none', async () => {
  expect(await offsetAfter(nowMs + 3_600_000)).toBe(3_600_000);
  expect(await offsetAfter(nowMs - 3_600_000)).toBe(-3_600_000);
  expect(await offsetAfter(nowMs + 400 * day)).toBe(day);
  expect(await offsetAfter(0)).toBe(-day);
  expect(await offsetAfter(Number.NaN)).toBeUndefined();
});
