/** A transaction may be a bundle (ERC-4337, EIP-5792): what others did in it, here or elsewhere, is not taken for what Alice or Bob did. */
import { heldFile, type RetrievalError, reportAnswer } from 'dintel';
import type { Chain, ChainLog, Hex } from 'dintel/chain';
import { createTestNetwork } from 'dintel/testing';
import { expect, it } from 'vitest';

const elsewhere: Hex = `0x${'ee'.repeat(20)}`;
const other: Hex = `0x${'dd'.repeat(32)}`;

/** The same account, in whose transactions somebody else's events of the same names come first. */
function bundled(chain: Chain): Chain {
  const foreign = (log: ChainLog): ChainLog[] => {
    const args = { ...log.args, refund: 777n, penalty: 777n };
    const another = { ...args, ...('id' in args && { id: other }), ...('policyId' in args && { policyId: other }) };
    return [
      { ...log, address: elsewhere, args },
      { ...log, args: another },
    ];
  };
  const send: Chain['send'] = async (request) => {
    const sent = await chain.send(request);
    const wait: typeof sent.wait = async (options) => {
      const mined = await sent.wait(options);
      return { ...mined, logs: [...mined.logs.flatMap(foreign), ...mined.logs] };
    };
    return { ...sent, wait };
  };
  return { ...chain, send };
}

it('a revocation tells its own refund, a conviction its own penalty', async () => {
  const net = await createTestNetwork({ nodes: 3 });
  const account = net.account('alice');
  net.chain.fund(account.account, { wei: 10n ** 20n });
  const alice = await net.alice('alice', { chain: bundled(account) });
  const bob = await net.bob('bob');
  const files = [await heldFile(alice.encrypt([new Uint8Array(9)], { label: 'notes' }))];
  const terms = { to: bob.card(), label: 'notes', files, threshold: 3, shares: 3, until: net.in(36_000) };
  const grant = await alice.grant(terms);
  const [liar] = net.nodes;
  liar?.lies('proof');
  const failed = (await bob.retrieve({ from: grant.link() }).catch((error: unknown) => error)) as RetrievalError;
  const [evidence] = failed.evidence;
  const answer = { ...evidence!, leaf: evidence!.share.leaf };
  const reported = await reportAnswer(net.deployment, answer, { chain: bundled(net.account('reporter')) });
  expect(reported.node).toBe(liar?.address);
  expect(reported.penalty).toBeGreaterThan(777n);
  const left = (await alice.policy(grant.policyId))?.left ?? 0n;
  const { refundWei } = await alice.revoke({ policyId: grant.policyId });
  expect(refundWei).toBeGreaterThan(0n);
  expect(refundWei).toBe(left - ((await alice.policy(grant.policyId))?.left ?? 0n));
});
