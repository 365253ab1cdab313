'use client';

import { Adjudicator, MinerEscrow, PolicyManager } from 'dintel/chain';
import type { ReactNode } from 'react';
import { Button } from '../components/Button';
import { Panel } from '../components/Panel';
import { sentenceOfError } from '../errors/sentence';
import { useTask } from '../hooks/useTask';
import { useLanguage, useText } from '../i18n/useText';
import type { Chronicle } from '../network/facts';
import { amount } from '../network/words';
import { useSite } from '../providers';
import { type Act, useAct } from '../transactions/useAct';
import { creditKindOf } from './credited';
import { operateTexts } from './texts';
import { everyEpoch, type Holdings } from './useNode';

/** What waits in the contracts for this wallet, and the ways to take it: each one transaction. */
export function Withdraw({ chronicle, holdings }: { readonly chronicle: Chronicle; readonly holdings: Holdings }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const { deployment } = useSite();
  const { account, creditWei, bondsWei, rewards, claimable } = holdings;
  const ether = (wei: bigint) => amount(wei, language, 6);
  const tokens = (value: bigint) => amount(value, language, 2);
  const credited = t(`credit.${creditKindOf(chronicle.facts, account)}`);
  const what = credited.toLowerCase();
  return (
    <Panel title={t('withdraw')} note={t('withdrawNote')}>
      <ul>
        <Row name={credited} value={`${ether(creditWei)} ETH`} nothing={creditWei === 0n}>
          <Take
            text={t('take', { what })}
            act={{
              title: t('actCredit', { amount: ether(creditWei), what }),
              send: (chain) => new PolicyManager(chain, deployment.policyManager).withdraw(account),
            }}
          />
        </Row>
        <Row
          name={t('rewardsReady')}
          value={`${tokens(rewards + claimable)} DNTL`}
          note={claimable > 0n ? t('claimable', { amount: tokens(claimable) }) : undefined}
          nothing={rewards + claimable === 0n}
        >
          {claimable > 0n && (
            <Take
              text={t('claim', { amount: tokens(claimable) })}
              act={{
                title: t('actClaim'),
                send: (chain) => new MinerEscrow(chain, deployment.escrow).claimRewards(account, everyEpoch),
              }}
            />
          )}
          {rewards > 0n && (
            <Take
              text={t('take', { what: t('rewardsReady').toLowerCase() })}
              act={{
                title: t('actRewards', { amount: tokens(rewards) }),
                send: (chain) => new MinerEscrow(chain, deployment.escrow).withdrawCredit(account),
              }}
            />
          )}
        </Row>
        {bondsWei > 0n && (
          <Row name={t('bondsReady')} value={`${ether(bondsWei)} ETH`}>
            <Take
              text={t('take', { what: t('bondsReady').toLowerCase() })}
              act={{
                title: t('actBonds', { amount: ether(bondsWei) }),
                send: (chain) => new Adjudicator(chain, deployment.adjudicator).withdraw(account),
              }}
            />
          </Row>
        )}
      </ul>
    </Panel>
  );
}

function Row({
  name,
  value,
  note,
  nothing = false,
  children,
}: {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
  readonly nothing?: boolean;
  readonly children: ReactNode;
}) {
  const t = useText(operateTexts);
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 border-line border-b px-5 py-4 last:border-0">
      <div>
        <p className="text-quiet text-sm">{name}</p>
        <p className={nothing ? 'text-quiet' : 'font-semibold text-lg'}>{nothing ? t('nothing') : value}</p>
        {note !== undefined && <p className="text-quiet text-sm">{note}</p>}
      </div>
      {!nothing && <div className="flex flex-wrap gap-2">{children}</div>}
    </li>
  );
}

/** A button that acts on chain and says beside it why it could not. */
export function Take({
  text,
  act,
  kind = 'plain',
  disabled = false,
}: {
  readonly text: string;
  readonly act: Act;
  readonly kind?: 'plain' | 'primary' | 'loss';
  readonly disabled?: boolean;
}) {
  const [language] = useLanguage();
  const send = useAct();
  const task = useTask();
  return (
    <div className="max-w-full">
      <Button kind={kind} busy={task.busy} disabled={disabled} onClick={() => void task.run(() => send(act))}>
        {text}
      </Button>
      {task.fault !== undefined && (
        <p role="alert" className="mt-2 max-w-80 text-amber text-sm">
          {sentenceOfError(task.fault, language)}
        </p>
      )}
    </div>
  );
}
