/**
 * What every store must do, whatever is behind it: named acts that throw where one does not. They need nothing of a test runner,
 * so that a browser can run them too (`test/e2e/opfs.test.ts`).
 */
import { equalBytes } from '../../lib/protocol/bytes.ts';
import { hashBlob, type Storage } from '../../lib/storage/storage.ts';

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function mustFail(act: Promise<unknown>, code: RegExp, what: string): Promise<void> {
  const found = await act.then(
    () => 'no error',
    (error: unknown) => String((error as { code?: unknown }).code ?? error),
  );
  must(code.test(found), `${what}: ${found}`);
}

async function blobOf(length: number): Promise<{ id: string; bytes: Uint8Array }> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return { id: await hashBlob(bytes), bytes };
}

/** Each takes a store of its own that is empty or full of other things. */
export const conformance: Readonly<Record<string, (storage: Storage) => Promise<void>>> = {
  async 'keeps what it is given, whole and in parts'(storage) {
    const { id, bytes } = await blobOf(1_000);
    must(!(await storage.has(id)), 'has a blob that nobody brought');
    await storage.put(id, bytes);
    must(await storage.has(id), 'has not what was put');
    must(equalBytes(await storage.get(id), bytes), 'gives other bytes');
    const part = await storage.get(id, { range: { offset: 10, length: 5 } });
    must(equalBytes(part, bytes.slice(10, 15)), 'gives another part');
    const last = await storage.get(id, { range: { offset: 999, length: 1 } });
    must(equalBytes(last, bytes.slice(999)), 'gives another last byte');
  },

  async 'takes the same blob again'(storage) {
    const { id, bytes } = await blobOf(100);
    await storage.put(id, bytes);
    await storage.put(id, bytes);
    must(equalBytes(await storage.get(id), bytes), 'gives other bytes');
  },

  async 'takes a byte, and a whole chunk with its tag'(storage) {
    for (const length of [1, 1_048_592]) {
      const { id, bytes } = await blobOf(length);
      await storage.put(id, bytes);
      must(equalBytes(await storage.get(id), bytes), `gives other bytes than the ${length} it got`);
    }
  },

  async 'gives copies, and keeps a copy'(storage) {
    const { id, bytes } = await blobOf(64);
    const given = bytes.slice();
    await storage.put(id, given);
    given.fill(0);
    (await storage.get(id)).fill(0);
    must(equalBytes(await storage.get(id), bytes), 'was changed from outside');
  },

  async 'says what it has not got'(storage) {
    const { id } = await blobOf(9);
    await mustFail(storage.get(id), /^STORAGE_NOT_FOUND$/, 'a blob that is nowhere');
  },

  async 'takes no bytes under another name'(storage) {
    const { id, bytes } = await blobOf(50);
    const other = await blobOf(50);
    await mustFail(storage.put(id, other.bytes), /^STORAGE_(CORRUPT|REFUSED)$/, 'other bytes');
    must(!(await storage.has(id)), 'has other bytes under this name');
    await storage.put(id, bytes);
    must(equalBytes(await storage.get(id), bytes), 'gives other bytes');
  },

  async 'takes no names that are none'(storage) {
    for (const id of [
      '',
      '../secret',
      'a'.repeat(63),
      'A'.repeat(64),
      `0X${'a'.repeat(64)}`,
      `0x${'a'.repeat(63)}`,
      `${'a'.repeat(62)}/x`,
    ]) {
      await mustFail(storage.get(id), /^E_HEX$/, `get ${id}`);
      await mustFail(storage.has(id), /^E_HEX$/, `has ${id}`);
      await mustFail(storage.put(id, new Uint8Array(1)), /^(E_HEX|STORAGE_CORRUPT)$/, `put ${id}`);
    }
  },

  async 'takes many at once'(storage) {
    const blobs = await Promise.all(Array.from({ length: 12 }, (_, i) => blobOf(100 + i)));
    await Promise.all(blobs.map(({ id, bytes }) => storage.put(id, bytes)));
    const got = await Promise.all(blobs.map(({ id }) => storage.get(id)));
    must(
      got.every((bytes, i) => equalBytes(bytes, (blobs[i] as { bytes: Uint8Array }).bytes)),
      'mixes them up',
    );
  },

  async 'does nothing when told to stop'(storage) {
    const { id, bytes } = await blobOf(10);
    const signal = AbortSignal.abort();
    await mustFail(storage.put(id, bytes, { signal }), /^ABORTED$/, 'put');
    await mustFail(storage.get(id, { signal }), /^ABORTED$/, 'get');
    await mustFail(storage.has(id, { signal }), /^ABORTED$/, 'has');
    must(!(await storage.has(id)), 'put all the same');
  },
};
