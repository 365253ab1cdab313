/**
 * What only the stake wallet may change of its node, each one transaction: `unbond`, `cancel-unbond`, `withdraw-stake`, `set-rate`,
 * `set-operator`, `extend`. Owns: what each says beforehand and afterwards. Owns not: the first bond (stake.ts), earnings (withdraw.ts).
 * Source: protocol.md section 5.1.
 */
import { type Command, Option } from 'commander';
import type { Chain, Miner, SentTransaction } from 'dintel/chain';
import { type Address, checksumAddress, fromHex, sameAddress, typedDigest } from 'dintel/protocol';
import { type Config, requireField, writeConfig } from '../../config/configFile.ts';
import { OperatorError } from '../../config/operatorError.ts';
import { parseAccount, parseAmount, parseDuration } from '../../config/parse.ts';
import type { Access } from '../access.ts';
import { action, type Context, commandFor, examples } from '../common.ts';
import { confirm } from '../prompt.ts';
import { openNode } from './open.ts';
import { openStakeWallet, type StakeWalletOptions, stakeKeyOption, sumOf, tokenUnits } from './stakeWallet.ts';

type Options = StakeWalletOptions & {
  readonly amount?: string;
  readonly to?: Address;
  readonly minRate?: bigint;
  readonly availableFor?: number;
};
/** A command after its checks: what it will do, and the doing. */
interface Deed {
  readonly saying: readonly string[];
  act(): Promise<SentTransaction>;
  /** A second transaction, once the first is mined. */
  afterwards?(): Promise<SentTransaction>;
  /** What to say in the end. */
  done(miner: Miner): string;
}
type Prepare = (of: {
  config: Config;
  options: Options;
  node: Address;
  access: Access<Chain>;
  miner: Miner;
}) => Promise<Deed> | Deed;

const maxAvailability = 4_096;
const consentSeconds = 3_600;

export function manageCommands(): Command[] {
  const toOption = () =>
    new Option('--to <address>', 'who gets it (default: the stake wallet)').argParser((text) =>
      parseAccount(text, '--to'),
    );
  return [
    command('unbond', 'Ask stake back; it comes free after the unbonding time', unbond, [
      '--amount all',
      '--amount 5000',
    ]).addOption(new Option('--amount <tokens>', 'whole tokens, a decimal, or all').makeOptionMandatory()),
    command('cancel-unbond', 'Put what is unbonding back to work', cancelUnbond),
    command('withdraw-stake', 'Take stake whose unbonding time is over', withdrawStake).addOption(toOption()),
    command('set-rate', 'Change the least fee that the node takes', setRate, ['--min-rate 1000000000']).addOption(
      new Option('--min-rate <wei>', 'per share and epoch, in wei')
        .argParser((text) => parseAmount(text, 0))
        .makeOptionMandatory(),
    ),
    command(
      'set-operator',
      'Let the keys of this --home operate the stake',
      setOperator,
      ['--home ~/.dintel/new'],
      true,
    ),
    command('extend', 'Promise to serve for longer', extend, ['--available-for 365d']).addOption(
      new Option('--available-for <time>', 'from now on, at most 4096 epochs')
        .argParser(parseDuration)
        .makeOptionMandatory(),
    ),
  ];
}

function command(name: string, summary: string, prepare: Prepare, uses = [''], withPassword = false): Command {
  const wanted = withPassword ? (['password', 'chain', 'yes'] as const) : (['chain', 'yes'] as const);
  const key = '--stake-key-file stake.key';
  return commandFor('ursula', name, summary, [...wanted])
    .addOption(new Option(...stakeKeyOption).makeOptionMandatory())
    .addHelpText('after', examples(...uses.map((use) => `dintel ursula ${name} ${key}${use === '' ? '' : ` ${use}`}`)))
    .action(action<Options>((context) => run(context, prepare)));
}

/** Checks, asks, acts, tells. */
async function run({ options, out }: Context<Options>, prepare: Prepare): Promise<void> {
  const { config, node, access } = await openStakeWallet(options);
  const { escrow, deployment } = access;
  const miner = await escrow.miner(node);
  if (miner.stake === 0n && miner.unbonding === 0n) {
    throw new OperatorError('E_REFUSED', `the wallet ${checksumAddress(node)} has no node`, {
      cure: 'bond one with: dintel ursula stake',
    });
  }
  const deed = await prepare({ options, config, node, access, miner });
  if (options.yes !== true) {
    for (const line of deed.saying) out.note(line);
    await confirm('Go on?');
  }
  const mined = [await (await deed.act()).wait()];
  if (deed.afterwards !== undefined) mined.push(await (await deed.afterwards()).wait());
  const after = await escrow.miner(node);
  await writeConfig(options.home, { ...config, node, deployment });
  out.result(
    {
      ok: true,
      node: checksumAddress(node),
      operator: checksumAddress(after.operator),
      stake: after.stake,
      unbonding: after.unbonding,
      unbondReady: after.unbondReady,
      minRateWei: after.minRate,
      availableUntil: after.availableUntil,
      ...sumOf(mined),
    },
    [deed.done(after)],
  );
}

const unbond: Prepare = async ({ options, access, miner }) => {
  const { chain, deployment, escrow, epochLength } = access;
  const { decimals, show } = await tokenUnits(chain, deployment);
  const amount = options.amount === 'all' ? miner.stake : parseAmount(options.amount ?? '', decimals);
  const minStake = await escrow.minStake();
  const rest = miner.stake - amount;
  if (miner.unbondReady !== 0) {
    throw new OperatorError(
      'E_REFUSED',
      `${show(miner.unbonding)} are unbonding already, until epoch ${miner.unbondReady}`,
      {
        cure: 'withdraw-stake when they are free, or cancel-unbond',
      },
    );
  }
  if (amount === 0n || rest < 0n || (rest !== 0n && rest < minStake)) {
    throw new OperatorError(
      'E_AMOUNT',
      `${show(amount)} of ${show(miner.stake)} would leave less than ${show(minStake)}`,
      {
        cure: `unbond all, or at most ${show(miner.stake > minStake ? miner.stake - minStake : 0n)}`,
      },
    );
  }
  const saying =
    rest === 0n
      ? [
          'All of the stake leaves: no heartbeat and no new policy from now on.',
          'What was acknowledged is owed to its end: keep the node running.',
        ]
      : [`${show(amount)} leave, ${show(rest)} stay at work.`];
  return {
    saying: [...saying, 'Until it is withdrawn it can be slashed.'],
    act: () => escrow.requestUnbond(amount),
    done: ({ unbonding, unbondReady }) =>
      `${show(unbonding)} are free from epoch ${unbondReady} on, ${new Date(unbondReady * epochLength * 1000).toISOString()}.`,
  };
};

const cancelUnbond: Prepare = async ({ access, miner }) => {
  const { show } = await tokenUnits(access.chain, access.deployment);
  return {
    saying: [`${show(miner.unbonding)} go back to work.`],
    act: () => access.escrow.cancelUnbond(),
    done: ({ stake }) => `${show(stake)} are at stake.`,
  };
};

const withdrawStake: Prepare = async ({ options, node, access, miner }) => {
  const { chain, deployment, escrow, epochLength } = access;
  const { show } = await tokenUnits(chain, deployment);
  const to = options.to ?? node;
  const epoch = await escrow.currentEpoch();
  if (miner.unbondReady === 0 || epoch < miner.unbondReady) {
    const free = new Date(miner.unbondReady * epochLength * 1000).toISOString();
    throw new OperatorError(
      'E_REFUSED',
      miner.unbondReady === 0
        ? 'no stake is unbonding'
        : `${show(miner.unbonding)} are free from epoch ${miner.unbondReady} on (${free}); this is epoch ${epoch}`,
      { cure: miner.unbondReady === 0 ? 'ask it back with: dintel ursula unbond' : 'wait until then' },
    );
  }
  return {
    saying: [`${show(miner.unbonding)} go to ${checksumAddress(to)}.`],
    act: () => escrow.withdrawStake(to),
    done: ({ stake }) => `${show(miner.unbonding)} sent to ${checksumAddress(to)}; ${show(stake)} stay at stake.`,
  };
};

const setRate: Prepare = ({ options, access }) => {
  const minRate = options.minRate ?? 0n;
  return {
    saying: [`New policies pay at least ${minRate} wei per share and epoch; what was acknowledged stays so.`],
    act: () => access.escrow.setMinRate(minRate),
    done: () => `The node takes ${minRate} wei per share and epoch, or more.`,
  };
};

/**
 * The new operator consents by signature, with the key of this --home, so that nobody can borrow another's key. Its encrypting key
 * and URL are announced in the same breath: what is sealed to the old one's, the new machine cannot open.
 */
const setOperator: Prepare = async ({ options, config, node, access, miner }) => {
  const url = requireField(config, 'url', 'init the node again');
  const { keystore } = await openNode(options);
  const { operator } = keystore;
  const { keyNumber, publicKey: encryptingKey } = keystore.encryptingKey();
  const { chain, escrow, deployment } = access;
  const consentDeadline = Number((await chain.block('latest'))?.timestamp ?? 0n) + consentSeconds;
  const digest = typedDigest('OperatorConsent', deployment, { node, deadline: consentDeadline });
  const consent = keystore.signDigest(fromHex(digest));
  keystore.wipe();
  if (sameAddress(operator, miner.operator)) {
    throw new OperatorError('E_REFUSED', `${checksumAddress(operator)} operates this stake already`);
  }
  return {
    saying: [
      `${checksumAddress(operator)} operates the stake from the next epoch on, ${checksumAddress(miner.operator)} until then.`,
      'Shares sealed to the old keys are lost to the new machine: policies under way may be challenged in vain.',
    ],
    act: () => escrow.setOperator({ operator, consentDeadline, consent }),
    afterwards: () => escrow.setNodeInfo({ url, encryptingKey, keyNumber, peerId: new Uint8Array(0), protocol: 1 }),
    done: () => `${checksumAddress(operator)} operates the stake from the next epoch on.`,
  };
};

const extend: Prepare = async ({ options, access, miner }) => {
  const { escrow, epochLength } = access;
  const epoch = (await escrow.currentEpoch()) + Math.ceil((options.availableFor ?? 0) / epochLength);
  if (epoch <= miner.availableUntil || epoch > (await escrow.currentEpoch()) + maxAvailability) {
    throw new OperatorError(
      'E_DURATION',
      `the node has promised to serve until epoch ${miner.availableUntil}; expected a later one, at most ${maxAvailability} from now, got ${epoch}`,
    );
  }
  return {
    saying: [
      `Promises service until epoch ${epoch}; a promise is never shortened, and stake comes free only after it.`,
    ],
    act: () => escrow.extendAvailability(epoch),
    done: ({ availableUntil }) =>
      `The node serves until epoch ${availableUntil}, ${new Date((availableUntil + 1) * epochLength * 1000).toISOString()}.`,
  };
};
