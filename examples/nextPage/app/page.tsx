/** The page a link leads to: Bob's keys are made in the browser, and the nodes are asked from it. `npx next dev examples/nextPage` */
'use client';
import { Bob, DintelError, Keyring } from 'dintel';
import type { Deployment } from 'dintel/chain';
import { viemReader } from 'dintel/chain/viem';
import { useEffect, useState } from 'react';

/** Where the chain is: what `npm run demo` serves, or a file of your own. */
interface Site {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
}

// A real page keeps the root in a vault (`dintel/keys`); this Bob lives as long as the tab.
const keyring = Keyring.random();

export default function Page() {
  const [bob, setBob] = useState<Bob>();
  const [said, setSaid] = useState('Reading the network …');
  const [saved, setSaved] = useState<{ readonly name: string; readonly href: string }[]>([]);

  useEffect(() => {
    (async () => {
      const { rpcUrl, deployment } = (await (await fetch('/dintel.json')).json()) as Site;
      setBob(await Bob.open({ keyring, chain: await viemReader({ rpcUrl }), deployment }));
      setSaid('Give Alice your card, then paste her link.');
    })().catch((error: unknown) => setSaid(String(error)));
  }, []);

  async function open(link: string): Promise<void> {
    try {
      const got = await bob?.retrieve({ from: link, onProgress: ({ type }) => setSaid(type) });
      const files = await Promise.all(
        (got?.files ?? []).map(async (file) => {
          const blob = new Blob([(await file.bytes()).slice()], { type: 'application/octet-stream' });
          return { name: file.name, href: URL.createObjectURL(blob) };
        }),
      );
      setSaved(files);
      setSaid(`${files.length} opened`);
    } catch (error) {
      setSaid(error instanceof DintelError ? error.shortMessage : String(error));
    }
  }

  return (
    <main>
      <p>{said}</p>
      <textarea readOnly value={bob?.card() ?? ''} aria-label="Your card" />
      <input type="url" aria-label="Alice's link" onChange={(event) => void open(event.target.value)} />
      {saved.map(({ name, href }) => (
        <a key={href} href={href} download={name}>
          {name}
        </a>
      ))}
    </main>
  );
}
