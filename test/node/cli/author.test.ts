/** T-A04: who signed a file is proven by a key that is known, not by any signature that holds. */
import { SecretKey } from 'dintel/umbral';
import { expect, it } from 'vitest';
import { authorWarning } from '../../../node/cli/bob/bob.ts';

it('only the sender is an author without a warning', () => {
  const sender = SecretKey.random().publicKey;
  const stranger = SecretKey.random().publicKey;
  expect(authorWarning(sender, sender)).toEqual([]);
  expect(authorWarning(undefined, sender)).toEqual(['Author not proven.']);
  expect(authorWarning(stranger, sender)).toEqual([expect.stringMatching(/^Author not proven: signed by 0x0[23]/)]);
});
