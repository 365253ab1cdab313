/** Evidence read back from the transaction that brought it, and judged again: with the protocol's own vectors. */
import { readFileSync } from 'node:fs';
import { Adjudicator, type ChainReader, type Deployment } from 'dintel/chain';
import { type Abi, encodeFunctionData } from 'viem';
import { expect, it } from 'vitest';
import { judgeAgain } from '../../../app/network/evidence.ts';
import { rules } from '../facts.ts';

const vectors = JSON.parse(readFileSync(new URL('../../vectors/evidence.json', import.meta.url), 'utf8'));
const token = `0x${'77'.repeat(20)}`;
const deployment = { ...vectors.contracts, token, deployedBlock: 0 } as Deployment;
const zero = `0x${'00'.repeat(32)}`;

/** A chain on which only `operator` is anybody's operator. */
const readerWith = (operator: string): ChainReader =>
  ({
    chainId: deployment.chainId,
    call: async ({ function: name, args }: { function: string; args: string[] }) =>
      name === 'operatorValid' && args[1]?.toLowerCase() === operator.toLowerCase(),
  }) as unknown as ChainReader;

const judge = (evidence: object, change: { operator?: string; to?: string; node?: string } = {}) => {
  const reader = readerWith(change.operator ?? vectors.operator);
  const { abi } = new Adjudicator(reader, deployment.adjudicator);
  const input = encodeFunctionData({ abi: abi as Abi, functionName: 'convict', args: [evidence, zero] });
  const node = change.node ?? (evidence as { leaf: { node: string } }).leaf.node.toLowerCase();
  const conviction = { transaction: zero, node, time: vectors.epoch * 30 } as Parameters<
    typeof judgeAgain
  >[2]['conviction'];
  return judgeAgain(reader, async () => ({ to: change.to ?? deployment.adjudicator, input }), {
    ...{ deployment, rules, conviction },
  });
};

it('finds what the contract found, of every kind of lie', async () => {
  const firstOf = new Map<string, { verdict: string; evidence: object }>();
  for (const one of vectors.guilty) if (!firstOf.has(one.verdict)) firstOf.set(one.verdict, one);
  expect(firstOf.size).toBeGreaterThanOrEqual(6);
  for (const { verdict, evidence } of firstOf.values()) {
    expect((await judge(evidence))?.judgement).toEqual({ verdict });
  }
});

it('clears an honest answer, and says when the signer was not the operator', async () => {
  const { evidence } = vectors.honest;
  expect((await judge(evidence))?.judgement).toEqual({ verdict: 'Correct' });
  expect((await judge(evidence, { operator: deployment.token }))?.judgement).toEqual({ refused: 'NotOperator' });
});

it('has nothing to say of evidence that did not come as a plain call, or that is about another node', async () => {
  const { evidence } = vectors.honest;
  expect(await judge(evidence, { to: deployment.escrow })).toBeUndefined();
  expect(await judge(evidence, { node: deployment.token })).toBeUndefined();
});
