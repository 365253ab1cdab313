import { describe, expect, it } from 'vitest';
import { addressKey } from '../../../node/server/server.ts';
import { ask, serve } from './harness.ts';

describe('addressKey', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s shares a bucket with %s', (ip, key) => {
    expect(addressKey(ip)).toBe(key);
  });
});

describe('X-Forwarded-For', () => {
  const limits = { perAddress: { burst: 2, perSecond: 0.001 }, total: { burst: 100, perSecond: 1 }, connections: 100 };
  const statuses = async (trustedProxies?: readonly string[]): Promise<number[]> => {
    const served = await serve({ server: { limits, ...(trustedProxies === undefined ? {} : { trustedProxies }) } });
    const from = async (client: string): Promise<number> =>
      (await ask(`${served.server.url}/v1/info`, { headers: { 'x-forwarded-for': client } })).status;
    const all = [];
    for (const client of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2']) all.push(await from(client));
    await served.stop();
    return all;
  };

  it('names the client when a trusted proxy sends it', async () => {
    expect(await statuses(['127.0.0.0/8'])).toEqual([200, 200, 429, 200]);
  });

  it('is not believed of anybody else', async () => {
    expect(await statuses()).toEqual([200, 200, 429, 429]);
    expect(await statuses(['192.0.2.0/24'])).toEqual([200, 200, 429, 429]);
  });
});
