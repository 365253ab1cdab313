'use client';

import { ButtonLink } from '../components/Button';
import { useText } from '../i18n/useText';
import { startTexts } from './texts';

/** As the SDK has it; the worker of this page does nothing else. */
const code = `import { Alice, Bob, blobRange, openSealedFile } from 'dintel';

const alice = await Alice.open({ keyring, chain, deployment });
const sealed = await new Response(alice.encrypt(file.stream(), { label, name: file.name })).blob();
const grant = await alice.grant({
  files: [await openSealedFile(blobRange(sealed))],
  label, to: bobsCard, threshold: 3, shares: 5, until: inAnHour,
});

const bob = await Bob.open({ keyring: his, chain: reader, deployment });
const { files, nodes, evidence } = await bob.retrieve({ from: grant.link() });
await alice.revoke({ policyId: grant.policyId });`;

/** What has happened, the code that did it, and where to go on. */
export function End() {
  const t = useText(startTexts);
  return (
    <section className="rise grid gap-6 rounded-card border border-line bg-raised p-6 lg:grid-cols-2">
      <div>
        <h2 className="font-semibold text-xl">{t('end')}</h2>
        <p className="mt-2 text-pretty text-quiet">{t('endNote')}</p>
        <div className="mt-5 flex flex-wrap gap-3">
          <ButtonLink href="/share" kind="primary">
            {t('own')}
          </ButtonLink>
          <ButtonLink href="/operate">{t('runNode')}</ButtonLink>
        </div>
      </div>
      <div className="min-w-0">
        <h3 className="mb-2 text-quiet text-sm">{t('code')}</h3>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
        <pre tabIndex={0} className="overflow-x-auto rounded-[10px] bg-sunk p-4 font-mono text-xs leading-relaxed">
          {code}
        </pre>
      </div>
    </section>
  );
}
