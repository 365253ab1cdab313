/**
 * What a grant would cost, and who could take part in it, before anything is signed. Owns: the figures, and the limits of what may be
 * asked for. Owns not: which of the nodes it will be (`probe.ts`), the rate that nodes accept (`sampler.ts`), paying (`pay.ts`).
 * Source: protocol.md section 5.2.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import type { Chain } from '../../chain/chain.ts';
import { ChainError } from '../../chain/errors.ts';
import type { RegistryReader } from '../../chain/registry.ts';
import { came } from '../../protocol/came.ts';
import { maxPolicyEpochs, maxShares } from '../../protocol/constants.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { toHex } from '../../protocol/hex.ts';
import { epochAt, quotePolicy, secondsOf } from '../../protocol/policy.ts';
import { checkSignal } from '../../protocol/streams.ts';
import type { Network } from '../network.ts';
import type { GrantQuote, QuoteOptions } from './options.ts';
import { maxPolicies } from './pay.ts';
import { type ChainCandidate, chainCandidates } from './probe.ts';
import { suggestRate } from './sampler.ts';

/** What creating a policy with a notice costs at most, for an account that cannot pay the estimate itself. */
const usualCreationGas = 130_000n;

/** What is known before a grant to anybody. */
export interface Prepared {
  readonly quote: GrantQuote;
  readonly candidates: ChainCandidate[];
  readonly epoch: number;
}

/**
 * Who could take part, and what it would cost. `registry`: what this Alice reads nodes from. Throws E_FIELD, E_THRESHOLD, E_SHARES_MAX,
 * E_DURATION, E_COUNT, NOT_ENOUGH_NODES, `ChainError`, ABORTED.
 */
export async function prepare(
  { network, registry: nodes }: { readonly network: Network<Chain>; readonly registry: RegistryReader },
  options: QuoteOptions,
): Promise<Prepared> {
  const { threshold, shares, recipients = 1, signal, onProgress } = options;
  checkCounts(threshold, shares);
  checkRecipients(recipients);
  checkSignal(signal);
  const expiresAt = secondsOf(options.until, 'until');
  const { chain, escrow, policyManager } = network;
  const { timestamp, epoch } = await network.now();
  checkSignal(signal);
  checkEnd(expiresAt, timestamp, (epoch + 1 + maxPolicyEpochs) * network.epochLength);
  const lastEpoch = Math.max(epoch + 1, epochAt(expiresAt - 1, network.epochLength));
  const [registry, minStake, balanceWei] = await Promise.all([
    nodes.read({ ...(signal && { signal }), ...(onProgress && { onProgress }) }),
    escrow.minStake(),
    chain.balance(chain.account),
  ]);
  const { candidates, skipped } = chainCandidates(registry, { epoch, lastEpoch, minStake });
  const rateWei =
    options.rateWei ??
    suggestRate(
      candidates.map((one) => one.minRateWei),
      shares,
    );
  const { depositWei: depositEachWei, epochs } = quotePolicy({
    now: timestamp,
    expiresAt,
    epochLengthSeconds: network.epochLength,
    rateWei,
    shares,
  });
  const willing = candidates.filter((one) => one.minRateWei <= rateWei).length;
  if (willing < shares) {
    throw new ProtocolError('NOT_ENOUGH_NODES', {
      expected: `${shares} nodes`,
      got: `${willing} at ${rateWei} wei per epoch until epoch ${lastEpoch}`,
      details: skipped.map(({ node, code }) => `${node.slice(0, 8)} ${code}`).join(', ') || undefined,
      data: { skipped, willing },
    });
  }
  const depositWei = depositEachWei * BigInt(recipients);
  const trials = Array.from({ length: recipients }, () => ({
    terms: { salt: toHex(randomBytes(32)), root: toHex(randomBytes(32)), shares, rate: rateWei, expiresAt },
    note: { tag: toHex(randomBytes(32)), envelope: randomBytes(400) },
  }));
  const [only] = trials;
  const trial =
    only && recipients === 1
      ? policyManager.request('createPolicy', [only.terms, only.note])
      : policyManager.request('createPolicies', [trials.map(({ terms }) => terms), trials.map(({ note }) => note)]);
  const { gas, gasPriceWei } = await price(network, trial, depositWei, recipients);
  const totalWei = depositWei + gas * gasPriceWei;
  const affordable = balanceWei >= totalWei;
  const quote = {
    rateWei,
    epochs,
    depositWei,
    gas,
    gasPriceWei,
    totalWei,
    balanceWei,
    affordable,
    expiresAt,
    candidates: willing,
    skipped,
  };
  return { quote, candidates, epoch };
}

/** Gas of the creation; an account that cannot pay gets the usual figure at the present price. */
async function price(
  { chain }: Network<Chain>,
  request: ReturnType<Network<Chain>['policyManager']['request']>,
  valueWei: bigint,
  count: number,
): Promise<{ readonly gas: bigint; readonly gasPriceWei: bigint }> {
  try {
    return await chain.estimate({ ...request, valueWei });
  } catch (error) {
    if (!(error instanceof ChainError) || error.code !== 'chain.funds') throw error;
    const block = await chain.block('latest');
    return { gas: usualCreationGas * BigInt(count), gasPriceWei: 2n * (block?.baseFeePerGas ?? 10n ** 9n) };
  }
}

/** The contract's rule in the caller's words. Units: seconds; `latest` inclusive. */
function checkEnd(until: number, now: number, latest: number): void {
  if (until > now && until <= latest) return;
  const [got, after, last] = [until, now, latest].map((time) => new Date(time * 1000).toISOString());
  throw new ProtocolError('E_DURATION', { field: 'until', expected: `after ${after}, no later than ${last}`, got });
}

function checkRecipients(count: number): void {
  if (Number.isSafeInteger(count) && count >= 1 && count <= maxPolicies) return;
  throw new ProtocolError('E_COUNT', {
    field: 'to',
    expected: `1 to ${maxPolicies} recipients`,
    got: came(count, true),
  });
}

function checkCounts(threshold: number, shares: number): void {
  if (!Number.isSafeInteger(shares) || shares < 1 || shares > maxShares) {
    throw new ProtocolError('E_SHARES_MAX', {
      field: 'shares',
      expected: `1 to ${maxShares}`,
      got: came(shares, true),
    });
  }
  if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > shares) {
    throw new ProtocolError('E_THRESHOLD', {
      field: 'threshold',
      expected: `1 to ${shares}`,
      got: came(threshold, true),
    });
  }
}
