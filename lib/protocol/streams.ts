/**
 * Byte streams in constant memory: cut a source into pieces of one size, work on a few pieces at once and give the results
 * in order. Owns: these shapes over Web Streams. Owns not: what is done with the pieces.
 */
import { checkBytes } from './bytes.ts';
import { came, isObject } from './came.ts';
import { ProtocolError, refuse } from './errors.ts';

/** Where bytes come from. Pieces may have any size; each is copied before the next is asked for. */
export type ByteSource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Throws E_FIELD for what no bytes can come from, before anything is read. */
export function checkSource(source: unknown): void {
  const names = ['getReader', Symbol.asyncIterator, Symbol.iterator];
  if (isObject(source) && !ArrayBuffer.isView(source) && names.some((name) => name in source)) return;
  refuse('E_FIELD', 'source', 'a stream or list: blob.stream(), [bytes]', came(source));
}

/** A piece of the source: `last` is known because the next one, or the end, has been seen. */
export interface Piece {
  readonly index: number;
  readonly last: boolean;
  readonly bytes: Uint8Array;
}

/** Iterate a source, also where ReadableStream is not iterable; leaving early cancels it. */
export async function* piecesOf(source: ByteSource, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  checkSource(source);
  if ('getReader' in source) {
    const reader = source.getReader();
    // An abort ends a read that waits; what it then resolves to is no end of the source.
    const abort = (): void => void reader.cancel().catch(() => undefined);
    signal?.addEventListener('abort', abort, { once: true });
    let done = false;
    try {
      for (;;) {
        checkSignal(signal);
        const next = await reader.read();
        checkSignal(signal);
        done = next.done;
        if (next.done) return;
        yield checkBytes(next.value, undefined, 'source');
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      if (!done) await reader.cancel().catch(() => undefined);
      reader.releaseLock();
    }
  } else {
    for await (const piece of source) {
      checkSignal(signal);
      yield checkBytes(piece, undefined, 'source');
    }
  }
}

/** Throws ABORTED if the caller has said stop, E_FIELD for what is no signal. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal !== undefined && typeof signal?.aborted !== 'boolean') {
    refuse('E_FIELD', 'signal', 'an AbortSignal: controller.signal', came(signal));
  }
  if (signal?.aborted) throw new ProtocolError('ABORTED', { cause: signal.reason });
}

/** The first array of a source, which may be a small one. */
const firstRoom = 65_536;

/**
 * Cut a source into pieces of `size` bytes; the last has 1..size, or 0 iff the source is empty. A piece lies in an array of its
 * own; one that is put back into `spare` when it is done with is filled again, which spares memory and the zeroing of new arrays.
 */
async function* rechunk(
  source: ByteSource,
  size: number,
  signal: AbortSignal | undefined,
  spare: Uint8Array[],
): AsyncGenerator<Piece> {
  let index = 0;
  // A source of few bytes costs few: it is seen to be larger when it is.
  let buffer: Uint8Array = new Uint8Array(Math.min(size, firstRoom));
  let filled = 0;
  for await (const piece of piecesOf(source, signal)) {
    let at = 0;
    while (at < piece.length) {
      // A full buffer waits until one more byte has come: only then it is known not to be the last.
      if (filled === size) {
        yield { index: index++, last: false, bytes: buffer };
        buffer = spare.pop() ?? new Uint8Array(size);
        filled = 0;
      }
      const take = Math.min(size - filled, piece.length - at);
      if (filled + take > buffer.length) {
        const larger = new Uint8Array(size);
        larger.set(buffer.subarray(0, filled));
        buffer = larger;
      }
      buffer.set(piece.subarray(at, at + take), filled);
      filled += take;
      at += take;
    }
  }
  yield { index, last: true, bytes: buffer.subarray(0, filled) };
}

/**
 * Cut a source into pieces of `size` bytes and work on up to `width` of them at once; results come in order. The bytes of a piece
 * are good until its work has ended: then they are used for another.
 */
export function inPieces<R>(
  source: ByteSource,
  size: number,
  width: number,
  work: (piece: Piece) => Promise<R>,
  signal: AbortSignal | undefined,
): AsyncGenerator<R> {
  const spare: Uint8Array[] = [];
  return inOrder(rechunk(source, size, signal, spare), width, async (piece) => {
    try {
      return await work(piece);
    } finally {
      if (piece.bytes.length === size) spare.push(piece.bytes);
    }
  });
}

/**
 * Run `work` on up to `width` items at once; results come in the order of the items, and an error ends the whole. Begins nothing
 * after an abort: throws ABORTED then.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      checkSignal(signal);
      const result = work(item);
      // Its error is reported when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      running.push(result);
      if (running.length >= width) yield await (running.shift() as Promise<R>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<R>);
  } finally {
    await Promise.allSettled(running);
  }
}

/** A generator as a stream that reads nothing ahead; cancelling it ends the generator. */
export function streamOf<T>(items: AsyncGenerator<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const next = await items.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await items.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
