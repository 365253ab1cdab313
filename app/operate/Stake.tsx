'use client';

import { MinerEscrow, Token } from 'dintel/chain';
import { type BondCode, parseBondCode, verifyBondCode } from 'dintel/protocol';
import { type ReactNode, useId, useState } from 'react';
import { useConfig } from 'wagmi';
import { Button, ButtonLink } from '../components/Button';
import { Choice } from '../components/Choice';
import { Field } from '../components/Field';
import { Skeleton } from '../components/Skeleton';
import { codeOf, sentenceOfError } from '../errors/sentence';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import type { Chronicle } from '../network/facts';
import { useChronicle } from '../network/useChronicle';
import { amount, clock, span } from '../network/words';
import { useSite } from '../providers';
import { connectedChain, useAct, useSign } from '../transactions/useAct';
import { useActTogether } from '../transactions/useActTogether';
import { type Permit, signPermit } from './permit';
import { operateTexts } from './texts';
import { parseTokens } from './tokens';
import { readyEpochOf } from './unbonding';
import { type Holdings, useHoldings } from './useNode';

/** What a node may promise, in epochs; the contract takes 4,096 at most. */
const promises = [30, 90, 365, 1_000] as const;
/** How long the permit's signature is good, in seconds. */
const permitSeconds = 3_600n;

/** What an operator is given for its first heartbeats: the button says so. Wei. */
const firstGas = 5n * 10n ** 17n;

/** How much, which node, confirm: for whoever has a wallet. */
export function Stake() {
  const { chronicle } = useChronicle();
  const { holdings } = useHoldings();
  if (chronicle === undefined || holdings === undefined) return <Skeleton rows={10} />;
  return <Wizard key={holdings.account} chronicle={chronicle} holdings={holdings} />;
}

function Wizard({ chronicle, holdings }: { readonly chronicle: Chronicle; readonly holdings: Holdings }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const { minStake, epochLength } = chronicle.rules;
  const { miner, tokens, account } = holdings;
  const [wasNode] = useState(miner.stake > 0n || miner.unbonding > 0n);
  const [text, setText] = useState('');
  const [epochs, setEpochs] = useState<number>(promises[1]);
  const [codeText, setCodeText] = useState('');
  const [done, setDone] = useState<BondCode>();
  const { contracts } = { contracts: useSite().deployment };
  const area = useId();

  const wanted = parseTokens(text) ?? 0n;
  const least = wasNode ? 1n : minStake;
  const enough = wanted >= least && wanted <= tokens;
  const read = codeText.trim() === '' ? undefined : readCode(codeText, contracts, account, chronicle.timestamp);
  const code = read !== undefined && !('fault' in read) ? read.code : undefined;
  const until = chronicle.epoch + epochs;
  const free = readyEpochOf({ whole: true, epoch: until, availableUntil: until }, chronicle.rules) * epochLength;

  if (done !== undefined) return <Done code={done} gasWei={holdings.gasWei} />;
  return (
    <div className="flex flex-col gap-6">
      {wasNode && (
        <p className="rounded-card border border-line bg-raised px-5 py-4">
          <span className="block font-semibold">{t('already')}</span>
          <span className="text-quiet">{t('alreadyNote')}</span>
        </p>
      )}
      <Step number={1} title={t(wasNode ? 'step1Add' : 'step1')} done={enough}>
        <div className="flex flex-wrap items-end gap-3">
          <Field
            label={t('amountLabel')}
            inputMode="decimal"
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="w-48"
          />
          <Button onClick={() => setText(String(tokens / 10n ** 18n))}>{t('max')}</Button>
        </div>
        <p className={`mt-2 text-sm ${wanted > 0n && !enough ? 'text-amber' : 'text-quiet'}`}>
          {tokens === 0n
            ? t('noTokens')
            : wasNode
              ? t('holds', { amount: amount(tokens, language, 2) })
              : t('held', { amount: amount(tokens, language, 2), least: amount(least, language, 0) })}
        </p>
        {!wasNode && (
          <>
            <div className="mt-5">
              <Choice
                label={t('promiseLabel')}
                value={epochs}
                options={promises.map((value) => ({
                  value,
                  text: `${t('epochs', { n: value })} (${span(value * epochLength, language)})`,
                }))}
                onChange={setEpochs}
              />
            </div>
            <p className="mt-4 text-pretty">
              {t('unlock', { until: clock((until + 1) * epochLength, language), free: clock(free, language) })}
            </p>
            <p className="mt-2 text-pretty text-quiet text-sm">{t('risk')}</p>
          </>
        )}
      </Step>
      {!wasNode && (
        <Step number={2} title={t('step2')} done={code !== undefined}>
          <p className="text-quiet text-sm">
            {t('codeHelp')}
            <code className="my-2 block break-all rounded-lg bg-sunk px-3 py-2 font-mono text-ink">
              npx dintel ursula bond-code --node {account}
            </code>
            {t('codeThen')}
          </p>
          <label htmlFor={area} className="mt-4 mb-1.5 block text-quiet text-sm">
            {t('codeLabel')}
          </label>
          <textarea
            id={area}
            rows={4}
            spellCheck={false}
            autoComplete="off"
            value={codeText}
            onChange={(event) => setCodeText(event.target.value)}
            className="w-full break-all rounded-[10px] border border-edge/60 bg-paper px-3 py-2 font-mono text-sm"
          />
          {read !== undefined && 'fault' in read && (
            <p role="alert" className="mt-2 text-amber text-sm">
              {sentenceOfError(read.fault, language)}
            </p>
          )}
          {code !== undefined && (
            <div
              className="rise mt-2 rounded-lg border border-teal bg-teal-wash px-4 py-3 text-sm"
              data-testid="consent"
            >
              <p className="break-words text-teal">
                {t('codeIs', { operator: code.operator, until: clock(code.deadline, language) })}
              </p>
              <p className="mt-1 text-quiet">
                {t('announces')} <span className="break-all font-mono">{code.info.url}</span>
              </p>
            </div>
          )}
        </Step>
      )}
      <Step number={wasNode ? 2 : 3} title={t('step3')} done={false}>
        {wasNode ? (
          <Confirm wanted={wanted} ready={enough} onDone={() => setText('')} />
        ) : (
          <Confirm
            wanted={wanted}
            ready={enough && code !== undefined}
            bond={code === undefined ? undefined : { code, availableUntil: until }}
            onDone={() => setDone(code)}
          />
        )}
      </Step>
    </div>
  );
}

/** A pasted code, proven, or why it does not pass. */
function readCode(
  text: string,
  contracts: ReturnType<typeof useSite>['deployment'],
  node: Holdings['account'],
  now: number,
): { readonly code: BondCode } | { readonly fault: unknown } {
  try {
    const code = parseBondCode(text);
    verifyBondCode(code, { contracts, node, now });
    return { code };
  } catch (fault) {
    return { fault };
  }
}

/**
 * The two prompts: the permit's signature, then the one transaction. Without `bond` it adds to a stake, for which the contract takes no
 * permit: one prompt where the wallet makes several calls one, or was allowed before; else two.
 */
function Confirm({
  wanted,
  ready,
  bond,
  onDone,
}: {
  readonly wanted: bigint;
  readonly ready: boolean;
  readonly bond?: { readonly code: BondCode; readonly availableUntil: number } | undefined;
  readonly onDone: () => void;
}) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const config = useConfig();
  const site = useSite();
  const act = useAct();
  const actTogether = useActTogether();
  const sign = useSign();
  const task = useTask();
  const { escrow, token } = site.deployment;
  const said = amount(wanted, language, 2);

  const approve = () =>
    act({ title: t('permit', { amount: said }), send: (chain) => new Token(chain, token).approve(escrow, wanted) });
  const stake = async (): Promise<void> => {
    const chain = await connectedChain(config, site);
    if (bond === undefined) {
      const title = t('actAdd', { amount: said });
      const tokens = new Token(chain, token);
      if ((await tokens.allowance(chain.account, escrow)) < wanted) {
        const topUp = new MinerEscrow(chain, escrow).request('topUp', [chain.account, wanted]);
        const requests = [tokens.request('approve', [escrow, wanted]), topUp];
        if ((await actTogether({ title, requests })) !== undefined) return onDone();
        await approve();
      }
      await act({
        title,
        send: (sender) => new MinerEscrow(sender, escrow).topUp(sender.account, wanted),
      });
      return onDone();
    }
    const { code, availableUntil } = bond;
    const head = await chain.block('latest');
    const deadline = (head?.timestamp ?? 0n) + permitSeconds;
    let permit: Permit | undefined;
    try {
      permit = await sign({
        title: t('permit', { amount: said }),
        sign: (signer) => signPermit(signer, { token, spender: escrow, value: wanted, deadline }),
      });
    } catch (error) {
      // Declined is declined. A wallet that cannot sign typed data (some contract wallets) approves instead.
      if (codeOf(error) === 'chain.rejected') throw error;
      await approve();
    }
    await act({
      title: t('actBond', { amount: said }),
      send: (sender) =>
        new MinerEscrow(sender, escrow).bond({
          amount: wanted,
          operator: code.operator,
          consent: code.consent,
          consentDeadline: code.deadline,
          availableUntil,
          info: code.info,
          ...(permit !== undefined && { permit }),
        }),
    });
    onDone();
  };

  return (
    <>
      <Button kind="primary" disabled={!ready} busy={task.busy} onClick={() => void task.run(stake)}>
        {task.busy ? t('signing') : bond === undefined && !ready ? t('stake') : t('sign', { amount: said })}
      </Button>
      {task.fault !== undefined && (
        <p role="alert" className="mt-3 text-amber text-sm">
          {sentenceOfError(task.fault, language)}
        </p>
      )}
    </>
  );
}

/** After the bond: what is left to do, here and on the node's machine. */
function Done({ code, gasWei }: { readonly code: BondCode; readonly gasWei: bigint }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const task = useTask();
  const act = useAct();
  return (
    <section className="rise rounded-card border border-teal bg-raised p-6" data-testid="bonded">
      <h2 className="font-semibold text-xl">{t('doneTitle')}</h2>
      <p className="mt-2 text-quiet">{t('doneNote')}</p>
      <code className="my-4 block break-all rounded-lg bg-sunk px-3 py-2 font-mono text-sm">npx dintel ursula run</code>
      <p className="mb-4 text-sm">{t('funded', { amount: amount(gasWei, language, 4) })}</p>
      <div className="flex flex-wrap gap-3">
        <Button
          busy={task.busy}
          onClick={() => task.run(() => act({ title: t('fund'), send: (chain) => chain.pay(code.operator, firstGas) }))}
        >
          {t('fund')}
        </Button>
        <ButtonLink href="/operate" kind="primary">
          {t('toNode')}
        </ButtonLink>
      </div>
      {task.fault !== undefined && (
        <p role="alert" className="mt-3 text-amber text-sm">
          {sentenceOfError(task.fault, language)}
        </p>
      )}
    </section>
  );
}

function Step({
  number,
  title,
  done,
  children,
}: {
  readonly number: number;
  readonly title: string;
  readonly done: boolean;
  readonly children: ReactNode;
}) {
  return (
    <section className="rounded-card border border-line bg-raised">
      <h2 className="flex items-center gap-3 border-line border-b px-5 py-3 font-semibold">
        <span
          aria-hidden="true"
          className={`flex size-7 items-center justify-center rounded-full border text-sm ${done ? 'border-teal bg-teal text-teal-ink' : 'border-edge'}`}
        >
          {done ? '✓' : number}
        </span>
        {title}
      </h2>
      <div className="p-5">{children}</div>
    </section>
  );
}
