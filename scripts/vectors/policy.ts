/** policy.json: ids, billing and its boundaries, refunds, service. Source: spec/protocol.md sections 1, 3 and 5.2. */
import {
  billedEpochs,
  isServable,
  type ProtocolError,
  policyIdOf,
  quoteExtension,
  quotePolicy,
  refundOf,
} from 'dintel/protocol';
import { contractsOn, placeOf, wordOf } from './people.ts';

const day = 86_400;
const rate = 1_234_567_890_123n;
const shares = 5;

export function policyVectors(): object {
  const { policyManager } = contractsOn(1);
  const policyIds = [1, 31337, 10, 8453, 42161].map((chainId, i) => {
    const of = { chainId, policyManager, owner: placeOf(`owner ${i}`), salt: wordOf(`salt ${i}`) };
    return { ...of, policyId: policyIdOf(of) };
  });
  return {
    about:
      'spec/protocol.md section 10, "policy". Amounts in wei as decimal strings; times in seconds; epochs inclusive.',
    policyIds,
    created: [day, 30].flatMap((epochLength) => created(epochLength)),
    refused: [day, 30].flatMap((epochLength) => refused(epochLength)),
    extended: extended(),
    revoked: revoked(),
    servable: servable(),
  };
}

function created(epochLength: number): object[] {
  const boundary = 20_000 * epochLength;
  const k = 20_007 * epochLength;
  const cases: readonly (readonly [string, number, number])[] = [
    ['expires one second before a boundary', boundary + 7, k - 1],
    ['expires on a boundary', boundary + 7, k],
    ['expires one second after a boundary', boundary + 7, k + 1],
    ['created one second before a boundary', boundary - 1, k],
    ['created on a boundary', boundary, k],
    ['created one second after a boundary', boundary + 1, k],
    ['inside the current epoch', boundary + 1, boundary + epochLength - 1],
    ['one second', boundary + 1, boundary + 2],
    ['inside the current epoch, to its end', boundary, boundary + epochLength],
    ['1024 epochs', boundary + 7, boundary + 1025 * epochLength],
    ['1024 epochs, from the last second before', boundary - 1, boundary + 1024 * epochLength],
  ];
  return cases.map(([name, now, expiresAt]) => {
    const quote = quotePolicy({ now, expiresAt, epochLengthSeconds: epochLength, rateWei: rate, shares });
    const { start, end, epochs } = quote;
    return {
      name,
      epochLength,
      now,
      expiresAt,
      rate: String(rate),
      shares,
      start,
      end,
      epochs,
      deposit: String(quote.depositWei),
      depositWithSlip: String(quote.depositWithSlipWei),
    };
  });
}

function refused(epochLength: number): object[] {
  const now = 20_000 * epochLength + 7;
  const cases: readonly (readonly [string, string, number])[] = [
    ['1025 epochs', 'DurationTooLong', 21_025 * epochLength + 1],
    ['ends now', 'EndInPast', now],
    ['ended', 'EndInPast', now - 1],
    ['ended at the beginning of time', 'EndInPast', 0],
    ['the largest uint40', 'DurationTooLong', 2 ** 40 - 1],
  ];
  return cases.map(([name, error, expiresAt]) => {
    try {
      billedEpochs({ now, expiresAt, epochLengthSeconds: epochLength });
    } catch (thrown) {
      return { name, epochLength, now, expiresAt, error, code: (thrown as ProtocolError).code };
    }
    throw new Error(`${name} was accepted`);
  });
}

const policy = { start: 101, end: 110, expiresAt: 110 * day + 5, rateWei: rate, shares };
const plain = { start: policy.start, end: policy.end, expiresAt: policy.expiresAt, rate: String(rate), shares };

function extended(): object[] {
  return [110 * day + 6, 111 * day, 111 * day + 1, 115 * day].map((expiresAt) => {
    const { end, paymentWei } = quoteExtension({ policy, expiresAt, epochLengthSeconds: day });
    return { epochLength: day, policy: plain, expiresAt, end, payment: String(paymentWei) };
  });
}

function revoked(): object[] {
  return [100, 101, 102, 109, 110, 111].map((current) => {
    const { end, refundWei } = refundOf({ policy, current });
    return { policy: plain, current, end, refund: String(refundWei) };
  });
}

function servable(): object[] {
  const createdAt = 1000;
  const expiresAt = 2000;
  return [999, 1000, 1999, 2000].flatMap((timestamp) =>
    [false, true].map((wasRevoked) => {
      const answer = isServable({ createdAt, expiresAt, revoked: wasRevoked }, timestamp);
      return { createdAt, expiresAt, revoked: wasRevoked, timestamp, servable: answer };
    }),
  );
}
