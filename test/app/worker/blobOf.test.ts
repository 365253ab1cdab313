/** A stream as a blob: its bytes in order, its error as it is. */
import { ProtocolError } from 'dintel/protocol';
import { expect, it } from 'vitest';
import { blobOf } from '../../../app/worker/blobOf.ts';

const streamOf = (parts: readonly string[], end?: Error): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      if (end === undefined) controller.close();
      else setTimeout(() => controller.error(end));
    },
  });

it('is all of it, in order', async () => {
  expect(await (await blobOf(streamOf(['We meet ', 'on ', 'Thursday.']))).text()).toBe('We meet on Thursday.');
  expect((await blobOf(streamOf([]))).size).toBe(0);
});

it('fails with the error of the stream', async () => {
  const lost = new ProtocolError('STORAGE_NOT_FOUND', { field: 'id' });
  await expect(blobOf(streamOf(['We meet '], lost))).rejects.toBe(lost);
});
