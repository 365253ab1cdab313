'use client';

import { Icon } from '../components/Icon';
import { useIsContract } from '../hooks/useIsContract';
import { useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { keysTexts } from './texts';

/** What an account that is a contract can and cannot do, before it is asked for what it cannot. */
export function ContractNote() {
  const t = useText(keysTexts);
  const { account } = useMe();
  if (useIsContract(account) !== true) return null;
  return (
    <section data-testid="contract-wallet" className="flex gap-3 rounded-[10px] border border-amber bg-amber-wash p-4">
      <Icon name="warn" className="text-amber" />
      <div>
        <h3 className="font-medium text-amber">{t('contract')}</h3>
        <ul className="mt-1 flex list-disc flex-col gap-1 pl-4 text-sm">
          <li>{t('contractCan')}</li>
          <li>{t('contractCannot')}</li>
          <li>{t('contractWaits')}</li>
        </ul>
      </div>
    </section>
  );
}
