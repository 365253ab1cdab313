/**
 * Several places one after the other: the first that has the right bytes gives them, and if none has, every place's reason is
 * kept. Owns: order, reasons. Owns not: the places, and asking many at once (`http.ts` does that for nodes).
 * Source: protocol.md section 8.3 (`uris`), research/app-sdk.md section 2.
 */
import { type Code, clientCodes } from '../protocol/codes.ts';
import { DintelError, ProtocolError } from '../protocol/errors.ts';
import type { ChunkId } from '../protocol/reservation.ts';
import {
  checkId,
  type GetOptions,
  type ReadableStorage,
  refusedWrite,
  type Storage,
  type StorageOptions,
} from './storage.ts';

/** Why a place did not help; kept in `data.places` of the error. */
export interface PlaceReason {
  readonly place: string;
  readonly code: Code;
  readonly details: string | undefined;
}

/** A place with a name for people: the host of a server, say; nothing secret. */
export type NamedPlace = readonly [name: string, storage: ReadableStorage];

/** Several stores as one: whichever has a blob gives it. */
export class PlacesStorage implements Storage {
  readonly #places: readonly NamedPlace[];

  /** In the order in which they are asked. */
  constructor(places: readonly NamedPlace[]) {
    this.#places = places;
  }

  async get(id: ChunkId, options: GetOptions = {}): Promise<Uint8Array> {
    const name = checkId(id);
    return this.#first(this.#places, 'has the blob', (storage) => storage.get(name, options));
  }

  /** Whether one says yes. A place that does not answer counts as no, unless none answers. Throws as `get` then. */
  async has(id: ChunkId, options: StorageOptions = {}): Promise<boolean> {
    const blob = checkId(id);
    let answered = this.#places.length === 0;
    const failed: [string, unknown][] = [];
    for (const [name, storage] of this.#places) {
      try {
        if (await storage.has(blob, options)) return true;
        answered = true;
      } catch (error) {
        throwIfAborted(error);
        failed.push([name, error]);
      }
    }
    if (answered) return false;
    throw noneOf('answers', failed);
  }

  /** At the first place that takes it. Throws the reason of the last, with everybody's; STORAGE_REFUSED if all are only for reading. */
  async put(id: ChunkId, bytes: Uint8Array, options: StorageOptions = {}): Promise<void> {
    const name = checkId(id);
    const writable = this.#places.filter((place): place is [string, Storage] => 'put' in place[1]);
    if (writable.length === 0) throw refusedWrite('These places', 'readOnly');
    return this.#first(writable, 'takes the blob', (storage) => storage.put(name, bytes, options));
  }

  async #first<S, T>(
    places: readonly (readonly [string, S])[],
    what: string,
    act: (storage: S) => Promise<T>,
  ): Promise<T> {
    const failed: [string, unknown][] = [];
    for (const [name, storage] of places) {
      try {
        return await act(storage);
      } catch (error) {
        throwIfAborted(error);
        failed.push([name, error]);
      }
    }
    throw noneOf(what, failed);
  }
}

function throwIfAborted(error: unknown): void {
  if (error instanceof DintelError && error.code === 'ABORTED') throw error;
}

/** The error when no place helped: the code of the last that did not merely lack it, and in `data.places` everybody's reason. */
export function noneOf(what: string, failed: readonly (readonly [place: string, error: unknown])[]): ProtocolError {
  const worst = failed.findLast(([, error]) => codeOf(error) !== 'STORAGE_NOT_FOUND') ?? failed.at(-1);
  const told = failed.map(([place, error]) => `${place} ${codeOf(error)}`);
  const own = worst?.[1] instanceof DintelError ? worst[1] : undefined;
  const other = worst === undefined ? 'STORAGE_NOT_FOUND' : 'NODE_UNREACHABLE';
  return new ProtocolError(own?.code ?? other, {
    // A place of others may fail by a code of any room: its sentence is the one that the error has.
    entry: own ? { sentence: own.shortMessage, retryable: own.retryable } : clientCodes[other],
    field: 'id',
    details:
      (failed.length === 1 ? own?.details : undefined) ?? `None of ${failed.length} places ${what}. ${told.join(', ')}`,
    cause: worst?.[1],
    data: { ...dataOf(worst?.[1]), places: failed.flatMap(([place, error]) => reasonsOf(place, error)) },
  });
}

const dataOf = (error: unknown) => (error instanceof ProtocolError ? error.data : undefined);
const codeOf = (error: unknown): Code => (error instanceof DintelError ? error.code : 'NODE_UNREACHABLE');

function reasonsOf(place: string, error: unknown): readonly PlaceReason[] {
  if (error instanceof ProtocolError && Array.isArray(error.data?.places)) return error.data.places as PlaceReason[];
  return [{ place, code: codeOf(error), details: error instanceof DintelError ? error.details : undefined }];
}
