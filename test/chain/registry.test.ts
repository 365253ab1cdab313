import { type Address, type MinerEscrowEvent, NodeRegistry } from 'dintel/chain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const a: Address = `0x${'aa'.repeat(20)}`;
const b: Address = `0x${'bb'.repeat(20)}`;
const key: Address = `0x${'01'.repeat(20)}`;
const key2: Address = `0x${'02'.repeat(20)}`;
const place = { address: a, blockNumber: 1n, blockHash: '0x', logIndex: 0, transactionHash: '0x' } as const;
const event = <E extends MinerEscrowEvent['event']>(name: E, args: Extract<MinerEscrowEvent, { event: E }>['args']) =>
  ({ event: name, args, ...place }) as MinerEscrowEvent;

function folded(...events: MinerEscrowEvent[]) {
  const registry = new NodeRegistry();
  for (const one of events) registry.fold(one);
  return registry;
}

const bonded = event('Bonded', { node: a, operator: key, amount: 100n, availableUntil: 50 });

describe('the registry', () => {
  it('knows a node from its bond on', () => {
    const info = {
      url: 'https://a',
      encryptingKey: new Uint8Array(33),
      keyNumber: 1,
      peerId: new Uint8Array(),
      protocol: 1,
    };
    const registry = folded(
      bonded,
      event('OperatorSet', { node: a, operator: key, fromEpoch: 3 }),
      event('NodeInfoSet', { node: a, ...info }),
      event('MinRateSet', { node: a, minRate: 7n }),
      event('AvailabilityExtended', { node: a, epoch: 90 }),
    );
    expect(registry.get(a)).toMatchObject({
      stake: 100n,
      operators: [{ operator: key, fromEpoch: 3 }],
      minRateWei: 7n,
      availableUntil: 90,
      info,
      jailed: false,
      exiting: false,
    });
    expect(registry.all().map((node) => node.node)).toEqual([a]);
    expect(registry.get(b)).toBeUndefined();
  });

  it('keeps activity by epoch, and what was voided', () => {
    const registry = folded(
      bonded,
      event('Heartbeat', { node: a, firstEpoch: 10, count: 4 }),
      event('Heartbeat', { node: a, firstEpoch: 12, count: 4 }),
      event('EpochsVoided', { node: a, from: 13, to: 4_000_000_000 }),
    );
    expect([9, 10, 11, 12, 13, 14].map((epoch) => registry.isActive(a, epoch))).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(registry.isActive(b, 10)).toBe(false);
  });

  it('follows operators, jail and exit', () => {
    const registry = folded(
      bonded,
      event('OperatorSet', { node: a, operator: key2, fromEpoch: 9 }),
      event('Slashed', { node: a, kind: 0, epoch: 1, penalty: 30n, reward: 6n, reporter: b }),
      event('Jailed', { node: a }),
    );
    expect(registry.get(a)).toMatchObject({ stake: 70n, jailed: true, slashes: 1 });
    expect(registry.get(a)?.operators.at(-1)).toEqual({ operator: key2, fromEpoch: 9 });
    registry.fold(event('ToppedUp', { node: a, amount: 40n }));
    expect(registry.get(a)).toMatchObject({ stake: 110n, jailed: false });
    registry.fold(event('UnbondRequested', { node: a, amount: 110n, readyEpoch: 60 }));
    expect(registry.get(a)).toMatchObject({ stake: 0n, unbonding: 110n, exiting: true });
    registry.fold(event('Slashed', { node: a, kind: 1, epoch: 2, penalty: 10n, reward: 0n, reporter: b }));
    expect(registry.get(a)).toMatchObject({ stake: 0n, unbonding: 100n });
    registry.fold(event('UnbondCancelled', { node: a }));
    expect(registry.get(a)).toMatchObject({ stake: 100n, unbonding: 0n, exiting: false });
  });

  it('loses and invents no stake, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('topUp' as const), amount: fc.bigInt(1n, 1000n) }),
      fc.record({ kind: fc.constant('unbond' as const), amount: fc.bigInt(1n, 1000n) }),
      fc.record({ kind: fc.constant('cancel' as const), amount: fc.constant(0n) }),
      fc.record({ kind: fc.constant('withdraw' as const), amount: fc.constant(0n) }),
      fc.record({ kind: fc.constant('slash' as const), amount: fc.bigInt(0n, 50n) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const registry = folded(bonded);
        let inside = 100n;
        for (const { kind, amount } of steps) {
          const { stake, unbonding } = registry.get(a)!;
          if (kind === 'topUp') {
            registry.fold(event('ToppedUp', { node: a, amount }));
            inside += amount;
          } else if (kind === 'unbond' && unbonding === 0n && stake > 0n) {
            const asked = amount < stake ? amount : stake;
            registry.fold(event('UnbondRequested', { node: a, amount: asked, readyEpoch: 1 }));
          } else if (kind === 'cancel') registry.fold(event('UnbondCancelled', { node: a }));
          else if (kind === 'withdraw') {
            registry.fold(event('StakeWithdrawn', { node: a, to: b, amount: unbonding }));
            inside -= unbonding;
          } else if (kind === 'slash') {
            const penalty = amount < stake + unbonding ? amount : stake + unbonding;
            registry.fold(event('Slashed', { node: a, kind: 0, epoch: 1, penalty, reward: 0n, reporter: b }));
            inside -= penalty;
          }
          const now = registry.get(a)!;
          expect(now.stake + now.unbonding).toBe(inside);
          expect(now.stake >= 0n && now.unbonding >= 0n).toBe(true);
        }
      }),
    );
  });
});
