/** T-R13, A31: URLs that strangers chose, in every notation, against what `URL` makes of them. */
import { describe, expect, it } from 'vitest';
import { NodeClient } from '../../lib/characters/nodeClient.ts';
import { publicFetch } from '../../lib/characters/publicFetch.ts';
import { fetchBlob } from '../../lib/storage/uris.ts';

const forbidden = [
  ...['127.0.0.1', '127.1', '0x7f.1', '0x7f000001', '2130706433', '017700000001', '0', '0.0.0.0', '127.0.0.1.'],
  ...['169.254.169.254', '0xa9fea9fe', '169.254.43518', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['100.64.0.1', '100.127.255.255', '198.18.0.1', '192.0.2.1', '224.0.0.1', '255.255.255.255'],
  ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[64:ff9b::7f00:1]'],
  ...['[2002:7f00:1::]', '[2001::1]', '[2001:db8::1]', '[ff02::1]'],
  ...['localhost', 'LOCALHOST.', 'a.localhost', 'router', 'printer.local', 'metadata.google.internal', '①②⑦.⓪.⓪.①'],
];
const allowed = [
  ...['node.example', '1.1.1.1', '172.32.0.1', '100.128.0.1', '198.20.0.1', '8.8.8.8', '223.255.255.255'],
  ...['[2606:4700::1111]', '[2001:4860:4860::8888]', '[2a00:1450::1]'],
];

/** Which hosts were connected to. */
function spy() {
  const asked: string[] = [];
  const inner: typeof fetch = async (input) => {
    asked.push(new URL(input as string).hostname);
    return new Response('{"status":"ok"}');
  };
  return { asked, inner };
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error as { code: string }).code,
  );

describe('on a public chain', () => {
  it.each(forbidden)('a node at %s is not asked', async (host) => {
    const { asked, inner } = spy();
    const client = new NodeClient({ url: `http://${host}:9200/x`, fetch: publicFetch(10, inner) });
    expect(await codeOf(client.get('health'))).toBe('E_URL');
    expect(asked).toEqual([]);
  });

  it.each(allowed)('a node at %s is', async (host) => {
    const { asked, inner } = spy();
    expect(await codeOf(new NodeClient({ url: `https://${host}`, fetch: publicFetch(10, inner) }).get('health'))).toBe(
      'ok',
    );
    expect(asked).toHaveLength(1);
  });

  it('nor a place that a link or a manifest names', async () => {
    const { asked, inner } = spy();
    const uris = ['http://169.254.169.254/latest/meta-data', 'http://127.0.0.1:8500/v1/'];
    expect(await codeOf(fetchBlob('ab'.repeat(32), uris, { fetch: publicFetch(1, inner) }))).toBe('E_URL');
    expect(asked).toEqual([]);
  });
});

it('on a local chain nodes are on this machine', async () => {
  const { inner } = spy();
  expect(
    await codeOf(new NodeClient({ url: 'http://127.0.0.1:9', fetch: publicFetch(31337, inner) }).get('health')),
  ).toBe('ok');
});

it('a place that a link names has a deadline', async () => {
  const deadlines: boolean[] = [];
  const inner: typeof fetch = async (_, init) => {
    deadlines.push(init?.signal instanceof AbortSignal);
    return new Response('', { status: 404 });
  };
  await codeOf(fetchBlob('ab'.repeat(32), ['https://a.example/blob'], { fetch: inner }));
  expect(deadlines).toEqual([true]);
});
