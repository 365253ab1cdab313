/**
 * Two services and no shared secret: billing shares each report with the archive, which opens it as it comes, and stops when billing
 * says so. `npx node examples/serviceToService/services.ts`
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Alice, type Bob, DintelError, heldFile } from 'dintel';
import { type Net, openNetwork } from '../network.ts';

type End = (status: number, text?: string) => void;

/** Serves its card at GET /card; opens what POST /links brings. Resolves with its address. */
export function startArchive(bob: Bob, keep: (name: string, bytes: Uint8Array) => void) {
  const answer = async (request: IncomingMessage, end: End): Promise<void> => {
    if (request.url === '/card') return end(200, bob.card({ name: 'archive' }));
    if (request.url !== '/links' || request.method !== 'POST') return end(404);
    let link = '';
    for await (const piece of request) link += piece;
    const { files } = await bob.retrieve({ from: link });
    for (const file of files) keep(file.name, await file.bytes());
    end(201);
  };
  const server = createServer((request, response) => {
    const end: End = (status, text = '') => void response.writeHead(status).end(text);
    answer(request, end).catch((error: unknown) => end(422, error instanceof DintelError ? error.code : undefined));
  });
  return new Promise<{ url: string; close: () => void }>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${port}`, close: () => server.close() });
    });
  });
}

/** Billing's part: grant, then send the link. Returns the archive's status. */
export async function sendReport(alice: Alice, archive: string, name: string, text: string, until: number) {
  const to = await (await fetch(`${archive}/card`)).text();
  const report = new TextEncoder().encode(text);
  const file = await heldFile(alice.encrypt([report], { label: 'reports', name, size: report.length }));
  const grant = await alice.grant({ to, label: 'reports', files: [file], threshold: 2, shares: 3, until });
  const { status } = await fetch(`${archive}/links`, { method: 'POST', body: grant.link() });
  return { status, grant };
}

export async function main(net: Net): Promise<Map<string, string>> {
  const kept = new Map<string, string>();
  const archive = await startArchive(await net.bob('archive'), (name, bytes) =>
    kept.set(name, new TextDecoder().decode(bytes)),
  );
  const billing = await net.alice('billing');
  const { status } = await sendReport(billing, archive.url, 'november.csv', 'customer,amount\n1,20\n', net.in(86_400));
  console.log(`archive answered ${status} and keeps ${[...kept.keys()].join()}`);
  archive.close();
  return kept;
}

if (import.meta.main) await main(await openNetwork());
