/** The server of the demo's pages. */

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveSite } from '../../scripts/demo/site.ts';

const folder = mkdtempSync(join(tmpdir(), 'dintel-site-'));
let site: Awaited<ReturnType<typeof serveSite>>;

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<!DOCTYPE html><html><head></head></html>');
  const personas = [{ name: 'Alice', address: `0x${'11'.repeat(20)}`, seed: '22'.repeat(32) }] as const;
  site = await serveSite(folder, { chainName: 'memory', rpcUrl: '', deployment: {}, personas });
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

const asked = async (path: string, host: string): Promise<{ readonly status: number; readonly body: string }> => {
  const request = get(`${site.url}${path}`, { headers: { host } });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer) };
};

it('answers this machine by its own names only', async () => {
  const { host, port } = new URL(site.url);
  for (const name of [host, `localhost:${port}`]) {
    expect((await asked('/', name)).status).toBe(200);
    expect((await asked('/dintel.json', name)).body).toContain('Alice');
  }
  // A page of a stranger, whose name was made to point at loopback.
  for (const name of [`evil.example:${port}`, 'evil.example', `127.0.0.1.evil.example:${port}`]) {
    const { status, body } = await asked('/dintel.json', name);
    expect(status).toBe(421);
    expect(body).not.toContain('Alice');
  }
});
