import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { cidOf } from '../../lib/storage/cid.ts';
import { chunkStoreOf } from '../../lib/storage/http.ts';
import { hashBlob } from '../../lib/storage/storage.ts';
import { fetchBlob, openUris } from '../../lib/storage/uris.ts';
import { codeOf, pattern } from '../protocol/errorCode.ts';
import { ipfsServer, nodeServer } from './servers.ts';

const node = await nodeServer();
const ipfs = await ipfsServer();
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await ipfs[Symbol.asyncDispose]();
});
const blob = pattern(300);
const id = await hashBlob(blob);
beforeEach(() => {
  for (const server of [node, ipfs]) {
    server.blobs.clear();
    server.faults = [];
    server.asked.length = 0;
  }
});

describe('a blob by its URIs', () => {
  it.each([
    ['a store', () => [chunkStoreOf(node.origin)]],
    ['the blob itself', () => [`${chunkStoreOf(node.origin)}${id}`]],
    ['any CID', () => ['ipfs://']],
    ['its CID', () => [`ipfs://${cidOf(id)}`]],
    ['the second place', () => ['http://127.0.0.1:9/', `ipfs://${cidOf(id)}`]],
    ['a place behind some that nobody knows', () => ['ftp://x/', 'ipfs://no-cid', 'http://[', 'ar://y', 'ipfs://']],
  ])('%s', async (_what, uris) => {
    node.blobs.set(id, blob);
    ipfs.blobs.set(cidOf(id), blob);
    const options = { gateways: [ipfs.origin], retries: 0 };
    expect(await fetchBlob(id, uris(), options)).toEqual(blob);
    expect(await openUris(uris(), options).has(id)).toBe(true);
  });

  it('is compared with its name everywhere', async () => {
    node.faults = ipfs.faults = 'lie';
    for (const uri of [chunkStoreOf(node.origin), `${node.origin}/blob`, 'ipfs://']) {
      expect(await codeOf(() => fetchBlob(id, [uri], { gateways: [ipfs.origin] })), uri).toBe('STORAGE_CORRUPT');
    }
  });

  it('is not found without a gateway, or without a place', async () => {
    expect(await codeOf(() => fetchBlob(id, ['ipfs://', 'file:///etc/passwd']))).toBe('STORAGE_NOT_FOUND');
    expect(await codeOf(() => fetchBlob(id, []))).toBe('STORAGE_NOT_FOUND');
  });
});
