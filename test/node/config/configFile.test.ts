import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig, writeConfig } from '../../../node/config/configFile.ts';
import { parseAddressRange } from '../../../node/config/parse.ts';
import { scratchFolder } from '../support/scratch.ts';

describe('trusted proxies', () => {
  it.each(['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8', '0.0.0.0/0', '192.0.2.7/32'])('%s is a range', (text) => {
    expect(parseAddressRange(text)).toBe(text);
  });

  it.each([
    '',
    'proxy.example',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/08',
    '1.2.3',
    'fe80::1%eth0',
    '1.2.3.4/8/8',
  ])('"%s" is none', (text) => {
    expect(() => parseAddressRange(text)).toThrow(expect.objectContaining({ code: 'E_HOST' }));
  });

  it('come back from the file, and a wrong one is named with its line', async () => {
    const home = scratchFolder();
    await writeConfig(home, { port: 9151, trustedProxies: ['127.0.0.1', '10.0.0.0/8'] });
    expect(await readConfig(home, 'ursula')).toEqual({ port: 9151, trustedProxies: ['127.0.0.1', '10.0.0.0/8'] });
    const text = '{\n  "version": 1,\n  "trustedProxies": ["all"]\n}';
    await writeFile(join(home, 'config.json'), text);
    await expect(readConfig(home, 'ursula')).rejects.toThrow(/line 3: trustedProxies: expected an IP address/);
  });
});
