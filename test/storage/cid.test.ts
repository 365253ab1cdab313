import { describe, expect, it } from 'vitest';
import { utf8 } from '../../lib/protocol/bytes.ts';
import { cidOf, idOfCid } from '../../lib/storage/cid.ts';
import { hashBlob } from '../../lib/storage/storage.ts';
import { codeOf, pattern } from '../protocol/errorCode.ts';
import { cidOfBytes } from './servers.ts';

describe('a CID', () => {
  it('is the one that everybody computes', async () => {
    // `echo -n "hello world" | ipfs add --cid-version=1 --raw-leaves`, and Python's base64.b32encode.
    expect(cidOf(await hashBlob(utf8('hello world')))).toBe(
      'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
    );
    for (let seed = 0; seed < 50; seed++) {
      const bytes = pattern(20, seed);
      const id = await hashBlob(bytes);
      expect(cidOf(id)).toBe(cidOfBytes(bytes));
      expect(idOfCid(cidOf(id))).toBe(id);
    }
  });

  it('is refused in every other form', async () => {
    const cid = cidOf('ab'.repeat(32));
    const forms = [
      '',
      'b',
      cid.slice(0, -1),
      `${cid}a`,
      cid.toUpperCase(),
      `z${cid.slice(1)}`,
      // Another last letter with the same 36 bytes: spare bits that are not zero.
      `${cid.slice(0, -1)}${cid.endsWith('q') ? 'r' : 'x'}`,
      'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
      'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
    ];
    for (const form of forms) expect(await codeOf(() => idOfCid(form)), form).toBe('E_FIELD');
  });
});
