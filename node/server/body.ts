/**
 * Reading a body: bounded in bytes and in time, never decoded here. Owns: those two bounds. Source: protocol.md section 7,
 * "Limits"; reliability.md R14 to R16, R22, T-R07, T-R08.
 */
import type { IncomingMessage } from 'node:http';
import { ProtocolError } from 'dintel/protocol';
import { contentLength } from './transport.ts';

/** How much and how long. */
export interface BodyBounds {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/**
 * The whole body. Throws E_TOO_LARGE (at once when Content-Length says so), E_TIMEOUT when it is not complete after
 * `timeoutMs`, E_LENGTH when the client ended it early. What was not read when it throws stays unread.
 */
export async function readBody(request: IncomingMessage, bounds: BodyBounds): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bodyPieces(request, bounds)) pieces.push(piece);
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

/** The pieces of a body as they come, with back pressure. Errors as for {@link readBody}. */
export async function* bodyPieces(request: IncomingMessage, bounds: BodyBounds): AsyncGenerator<Uint8Array> {
  const { maxBytes, timeoutMs } = bounds;
  const announced = contentLength(request.headers);
  if (announced !== undefined && announced > maxBytes) throw tooLarge(maxBytes);
  let wake: () => void = () => undefined;
  let failure: ProtocolError | undefined;
  const fail = (error: ProtocolError): void => {
    failure ??= error;
    wake();
  };
  const onReadable = (): void => wake();
  const onEnd = (): void => wake();
  const onGone = (): void => {
    if (!request.complete) {
      fail(new ProtocolError('E_LENGTH', { field: 'body', details: 'The connection ended inside the body.' }));
    }
  };
  const timer = setTimeout(
    () => fail(new ProtocolError('E_TIMEOUT', { field: 'body', expected: `all of it within ${timeoutMs} ms` })),
    timeoutMs,
  );
  request.on('readable', onReadable).on('end', onEnd).on('close', onGone).on('error', onGone);
  try {
    let read = 0;
    for (;;) {
      if (failure !== undefined) throw failure;
      const piece = request.read() as Uint8Array | null;
      if (piece !== null) {
        read += piece.length;
        if (read > maxBytes) throw tooLarge(maxBytes);
        yield piece;
      } else if (request.readableEnded) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    clearTimeout(timer);
    request.off('readable', onReadable).off('end', onEnd).off('close', onGone).off('error', onGone);
  }
}

const tooLarge = (maxBytes: number): ProtocolError =>
  new ProtocolError('E_TOO_LARGE', { field: 'body', expected: `at most ${maxBytes} bytes` });
