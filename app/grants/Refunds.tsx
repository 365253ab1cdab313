'use client';

import { useQuery } from '@tanstack/react-query';
import { Button } from '../components/Button';
import { Fault } from '../components/Fault';
import { units18 } from '../format';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { useSite } from '../providers';
import { useMe } from '../session/me';
import { sharingTexts } from '../sharing/texts';
import { useAct } from '../transactions/useAct';

/** What the contract holds for the connected account. Wei. */
export function useCredit() {
  const { rpcUrl, deployment } = useSite();
  const { account } = useMe();
  return useQuery({
    queryKey: ['credit', rpcUrl, account],
    enabled: account !== undefined,
    refetchInterval: 10_000,
    queryFn: async () => {
      if (account === undefined) return 0n;
      // The list of grants is on the screen before this arithmetic is.
      const [{ PolicyManager }, { viemReader }] = await Promise.all([
        import('dintel/chain'),
        import('dintel/chain/viem'),
      ]);
      return new PolicyManager(await viemReader({ rpcUrl }), deployment.policyManager).credit(account);
    },
  });
}

/** What came back and waits in the contract, and the way to take it; nothing where nothing waits. */
export function Refunds() {
  const t = useText(sharingTexts);
  const { deployment } = useSite();
  const { account } = useMe();
  const act = useAct();
  const task = useTask();
  const { data: wei = 0n, refetch } = useCredit();
  if (wei === 0n || account === undefined) return null;
  const refund = units18(wei, 6);
  return (
    <section
      data-testid="refunds"
      className="mb-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded-card border border-teal bg-teal-wash p-5"
    >
      <div className="max-w-prose">
        <h2 className="font-semibold text-teal">{t('refunds', { refund })}</h2>
        <p className="text-pretty text-sm">{t('refundsNote')}</p>
      </div>
      <Button
        busy={task.busy}
        onClick={() =>
          task.run(async () => {
            await act({
              title: t('taken', { refund }),
              send: async (chain) => {
                const { PolicyManager } = await import('dintel/chain');
                return new PolicyManager(chain, deployment.policyManager).withdraw(account);
              },
            });
            await refetch();
          })
        }
      >
        {t('take')}
      </Button>
      <Fault fault={task.fault} />
    </section>
  );
}
