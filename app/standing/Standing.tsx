'use client';

import { useConnection, useSwitchChain } from 'wagmi';
import { Button } from '../components/Button';
import { useGenesis } from '../hooks/useGenesis';
import { useHead } from '../hooks/useHead';
import { useNow } from '../hooks/useNow';
import { useOnline } from '../hooks/useOnline';
import { useLanguage, useText } from '../i18n/useText';
import { span } from '../network/words';
import { useSite } from '../providers';
import { Strip } from './Strip';
import { standingTexts } from './texts';

/** One missed answer is no silence. Milliseconds. */
const patience = 5_000;

/**
 * What concerns every page, the first of these that is so: this device is offline, the chain is silent, it began anew, the wallet is on
 * another one. Nothing where all is well; nothing of it keeps anybody from reading.
 */
export function Standing() {
  const online = useOnline();
  const { behind, seenAt } = useHead();
  const opened = useNow(1_000, behind);
  const { address, chainId } = useConnection();
  const { deployment } = useSite();
  const t = useText(standingTexts);
  if (!online) {
    return (
      <Strip kind="offline" title={t('offline')}>
        {t('offlineNote')}
      </Strip>
    );
  }
  if (behind && opened - seenAt > patience) return <Silent ms={seenAt === 0 ? undefined : opened - seenAt} />;
  if (chainId !== undefined && chainId !== deployment.chainId) return <Elsewhere chainId={chainId} />;
  return process.env.NEXT_PUBLIC_FLAVOUR === 'local' ? <Anew account={address} /> : null;
}

function Silent({ ms }: { readonly ms: number | undefined }) {
  const t = useText(standingTexts);
  const [language] = useLanguage();
  return (
    <Strip kind="silent" title={t('silent')}>
      {ms === undefined ? t('silentAlways') : t('silentFor', { ago: span(ms / 1000, language) })}
    </Strip>
  );
}

function Elsewhere({ chainId }: { readonly chainId: number }) {
  const t = useText(standingTexts);
  const { chainName, deployment } = useSite();
  const turn = useSwitchChain();
  return (
    <Strip
      kind="elsewhere"
      title={t('elsewhere', { theirs: t('chain', { id: String(chainId) }) })}
      action={
        <Button busy={turn.isPending} onClick={() => turn.mutate({ chainId: deployment.chainId })}>
          {t('switchTo', { chain: chainName })}
        </Button>
      }
    >
      {t('elsewhereNote', { ours: chainName })}
    </Strip>
  );
}

function Anew({ account }: { readonly account: string | undefined }) {
  const t = useText(standingTexts);
  const { anew, understood } = useGenesis(account);
  if (!anew) return null;
  return (
    <Strip
      kind="anew"
      title={t('anew')}
      action={
        <Button
          onClick={() => {
            understood();
            location.reload();
          }}
        >
          {t('understood')}
        </Button>
      }
    >
      {t('anewNote')}
    </Strip>
  );
}
