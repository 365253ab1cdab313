import { expect, it } from 'vitest';
import { sha256, toHex } from '../../lib/protocol/index.ts';
import { checkBlob, hashBlob } from '../../lib/storage/storage.ts';
import { codeOf, flipped, pattern } from '../protocol/errorCode.ts';

it.each([0, 1, 2_047, 2_048, 2_049, 1_048_592])(
  'names %i bytes by their SHA-256, whoever computes it',
  async (length) => {
    const bytes = pattern(length);
    expect(await hashBlob(bytes)).toBe(toHex(sha256(bytes)).slice(2));
  },
);

it.each([9, 5_000])('knows %i bytes that are not of a name', async (length) => {
  const bytes = pattern(length);
  const id = await hashBlob(bytes);
  expect(await checkBlob(id, bytes)).toBe(bytes);
  expect(await codeOf(() => checkBlob(id, flipped(bytes, 20)))).toBe('STORAGE_CORRUPT');
});
