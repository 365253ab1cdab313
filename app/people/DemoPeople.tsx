'use client';

import { Button } from '../components/Button';
import { useTask } from '../hooks/useTask';
import { useLanguage } from '../i18n/useText';
import { useSite } from '../providers';
import { useMe } from '../session/me';
import { Session } from '../session/session';
import { useAsk } from '../session/useAsk';
import { personaWallet } from '../wallet/persona';

/** The demo's other people who are not known yet, one click each: a worker of theirs publishes their keys, hands out the card and is gone. */
export function DemoPeople({
  label,
  onCard,
}: {
  readonly label: string;
  readonly onCard: (card: string, name: string) => unknown;
}) {
  const site = useSite();
  const me = useMe();
  const task = useTask();
  const [language] = useLanguage();
  const people = useAsk('people', undefined);
  const known = people.data?.map(({ address }) => address?.toLowerCase()) ?? [];
  const others =
    process.env.NEXT_PUBLIC_FLAVOUR === 'local'
      ? (site.personas ?? []).filter(
          ({ name, seed, address }) => seed !== undefined && name !== me.name && !known.includes(address.toLowerCase()),
        )
      : [];
  if (others.length === 0) return null;
  return (
    <div className="mt-4 border-line border-t pt-4">
      <p className="mb-2 text-quiet text-sm">{label}</p>
      <div className="flex flex-wrap gap-2">
        {others.map(({ name, address, seed = '' }) => (
          <Button
            key={name}
            busy={task.busy}
            onClick={() =>
              task.run(async (signal) => {
                const wallet = personaWallet(site.rpcUrl, address);
                const asked = new Session({ site, keys: { seed }, name, account: address, wallet, language });
                try {
                  await asked.call('publish', undefined, { signal, title: '' });
                  const { card } = await asked.call('identity', undefined, { signal });
                  await onCard(card, name);
                } finally {
                  asked.end();
                }
              })
            }
          >
            {name}
          </Button>
        ))}
      </div>
    </div>
  );
}
