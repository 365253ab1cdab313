import { describe, expect, it } from 'vitest';
import { MemoryJournal, SealedJournal } from '../../lib/characters/journal.ts';

const key = new Uint8Array(32).fill(7);
const text = new TextEncoder().encode('whom the grant is for');

describe('the sealed journal', () => {
  it('gives back what was put, and shows nothing of it', async () => {
    const inner = new MemoryJournal();
    const journal = new SealedJournal(inner, key);
    expect(await journal.get('grants/1')).toBeUndefined();
    await journal.put('grants/1', text);
    expect(await journal.get('grants/1')).toEqual(text);
    const raw = new TextDecoder().decode(await inner.get('grants/1'));
    expect(raw).not.toContain('grant is');
    const first = await inner.get('grants/1');
    await journal.put('grants/1', text);
    expect(await inner.get('grants/1')).not.toEqual(first);
    expect(await journal.names('grants/')).toEqual(['grants/1']);
    await journal.delete('grants/1');
    expect(await journal.names('')).toEqual([]);
  });

  it('refuses changed, swapped and foreign entries', async () => {
    const inner = new MemoryJournal();
    const journal = new SealedJournal(inner, key);
    await journal.put('a', text);
    const sealed = (await inner.get('a')) as Uint8Array;
    await inner.put('b', sealed);
    await expect(journal.get('b')).rejects.toMatchObject({ code: 'E_DECRYPT' });
    await expect(new SealedJournal(inner, new Uint8Array(32)).get('a')).rejects.toMatchObject({ code: 'E_DECRYPT' });
    sealed[30] = (sealed[30] ?? 0) ^ 1;
    await inner.put('a', sealed);
    await expect(journal.get('a')).rejects.toMatchObject({ code: 'E_DECRYPT' });
    await inner.put('a', new Uint8Array(3));
    await expect(journal.get('a')).rejects.toMatchObject({ code: 'E_DECRYPT' });
  });
});
