/** T-A04: who signed a file is proven by a key that is known, not by any signature that holds. */
import { SecretKey } from 'dintel/umbral';
import { expect, it } from 'vitest';
import { authorWarning } from '../../../node/cli/bob/bob.ts';

it('only the sender is an author without a warning', () => {
  const sender = SecretKey.random().publicKey;
  const stranger = SecretKey.random().publicKey;
  expect(authorWarning({ proven: true, key: sender, by: 'sender' })).toEqual([]);
  expect(authorWarning({ proven: false, key: undefined })).toEqual(['Author not proven.']);
  expect(authorWarning({ proven: false, key: stranger })).toEqual([
    expect.stringMatching(/^Author not proven: signed by 0x0[23]/),
  ]);
});
