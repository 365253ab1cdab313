/** Contract events as sentences for people. A subject (who) and what it did; undefined for events nobody needs to read. */
import type { MinerEscrowEvent, PolicyManagerEvent } from 'dintel/chain';
import { count, units18 } from './format';

/** What the page says of an event, or undefined when it says nothing. */
export function sentenceOf(
  event: MinerEscrowEvent | PolicyManagerEvent,
): { subject: string; sentence: string } | undefined {
  switch (event.event) {
    case 'Bonded':
      return { subject: event.args.node, sentence: `staked ${units18(event.args.amount, 0)} tokens and became a node` };
    case 'ToppedUp':
      return { subject: event.args.node, sentence: `added ${units18(event.args.amount, 0)} tokens to its stake` };
    case 'Heartbeat':
      return {
        subject: event.args.node,
        sentence: `promised to serve ${count(event.args.count, 'epoch')} from epoch ${event.args.firstEpoch.toLocaleString('en')}`,
      };
    case 'UnbondRequested':
      return {
        subject: event.args.node,
        sentence: `asked for ${units18(event.args.amount, 0)} tokens back, free in epoch ${event.args.readyEpoch.toLocaleString('en')}`,
      };
    case 'StakeWithdrawn':
      return { subject: event.args.node, sentence: `withdrew ${units18(event.args.amount, 0)} tokens` };
    case 'Slashed':
      return {
        subject: event.args.node,
        sentence: `lost ${units18(event.args.penalty, 2)} tokens for ${event.args.kind === 0 ? 'a wrong answer' : 'silence'}`,
      };
    case 'Jailed':
      return { subject: event.args.node, sentence: 'fell below the least stake and may not serve' };
    case 'PolicyCreated':
      return { subject: event.args.owner, sentence: `paid ${count(event.args.shares, 'node')} to serve someone` };
    case 'PolicyExtended':
      return { subject: event.args.id, sentence: 'was extended' };
    case 'PolicyRevoked':
      return { subject: event.args.id, sentence: `was revoked; ${units18(event.args.refund, 6)} ETH came back` };
    case 'Settled':
      return { subject: event.args.node, sentence: `earned ${units18(event.args.paid, 6)} ETH` };
    default:
      return undefined;
  }
}
