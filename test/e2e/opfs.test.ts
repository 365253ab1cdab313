/** The browser's own store over the suite of all stores, in headless Chromium; and a file that is written there and read again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformance } from '../storage/conformance.ts';
import { openScriptPage, type ScriptPage } from './scriptPage.ts';

/** What runs in the page. */
const script = `
  import { conformance } from './test/storage/conformance.ts';
  import { OpfsStorage } from './lib/storage/opfs.ts';
  import { uploadBlobs } from './lib/storage/upload.ts';
  import { encryptFile, openFile, openFileKey, parseFileHeader, SeekableFile } from './lib/protocol/index.ts';
  import { SecretKey } from './lib/umbral/index.ts';

  globalThis.acts = {
    ...conformance,
    async 'finds again what another page wrote'(storage) {
      const [id] = [...(await readdir())];
      if (!(await (await OpfsStorage.open('suite')).has(id))) throw new Error('lost');
    },
    async 'tells what was changed on disk'(storage) {
      const [id, file] = (await entries())[0];
      const writer = await file.createWritable();
      await writer.write('other bytes');
      await writer.close();
      const code = await storage.get(id).then(() => 'none', (error) => error.code);
      if (code !== 'STORAGE_CORRUPT') throw new Error(code);
      await storage.remove(id);
      await storage.remove(id);
      if (await storage.has(id)) throw new Error('still there');
    },
    async 'takes a file that was begun and never written for none'(storage) {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('suite');
      const id = 'ab'.repeat(32);
      await (await root.getDirectoryHandle('ab', { create: true })).getFileHandle(id, { create: true });
      if (await storage.has(id)) throw new Error('has an empty blob');
    },
    async 'says that there is no room, or that it may not write'(storage) {
      const id = '4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a';
      const { prototype } = FileSystemFileHandle;
      const { createWritable } = prototype;
      try {
        for (const [name, reason] of [['QuotaExceededError', 'full'], ['NoModificationAllowedError', 'other']]) {
          prototype.createWritable = () => Promise.reject(new DOMException('no', name));
          const error = await storage.put(id, Uint8Array.of(1)).catch((thrown) => thrown);
          if (error?.code !== 'STORAGE_REFUSED' || error.data.reason !== reason) throw new Error(name + ': ' + error);
        }
      } finally {
        prototype.createWritable = createWritable;
      }
      if (await storage.has(id)) throw new Error('has it all the same');
    },
    async 'keeps a file of three chunks'(storage) {
      const secret = SecretKey.random();
      const plain = new Uint8Array(2_100_000).map((_, i) => i * 7 + (i >> 9));
      const ids = [];
      let header;
      const remember = new TransformStream({ transform(blob, out) {
        if (blob.kind === 'header') header = parseFileHeader(blob.bytes);
        if (blob.kind === 'chunk') ids.push(blob.id.slice(2));
        out.enqueue(blob);
      } });
      const blobs = encryptFile([plain], { delegatingKey: secret.publicKey, size: plain.length }).pipeThrough(remember);
      await uploadBlobs({ storage, blobs });
      const opened = await openFile(header, openFileKey(secret, header));
      const file = await SeekableFile.open(opened, ids.length, (i) => storage.get(ids[i]));
      const part = await file.read(1_048_570, 20);
      if (file.size !== plain.length || part.some((byte, i) => byte !== plain[1_048_570 + i])) throw new Error('other bytes');
    },
  };
  async function entries() {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('suite');
    const found = [];
    for await (const folder of root.values()) for await (const [name, file] of folder.entries()) found.push([name, file]);
    return found;
  }
  async function readdir() { return (await entries()).map(([name]) => name); }
  globalThis.run = async (name) => acts[name](await OpfsStorage.open('suite'));
`;
const own = [
  'finds again what another page wrote',
  'tells what was changed on disk',
  'takes a file that was begun and never written for none',
  'says that there is no room, or that it may not write',
  'keeps a file of three chunks',
];

describe('the store of a browser', () => {
  let opened: ScriptPage;
  beforeAll(async () => {
    opened = await openScriptPage(script);
  });
  afterAll(() => opened?.close());

  it.each([...Object.keys(conformance), ...own])('%s', async (name) => {
    await opened.page.evaluate(`run(${JSON.stringify(name)})`);
    expect(opened.faults).toEqual([]);
  });
});
