/**
 * Verified fragments of a retrieval that did not come off, by policy and capsule, then by share: a retry asks only for what is
 * missing, also after a reload if there is a journal.
 *
 * Owns: what is kept and its bytes. Owns not: verification (`ask.ts`), the seal (`journal.ts`). Source: protocol.md section 9.
 */
import { concatBytes } from '../../protocol/bytes.ts';
import { DintelError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import { capsuleHash } from '../../protocol/request.ts';
import { VerifiedCapsuleFrag } from '../../umbral/capsuleFrag.ts';
import { UmbralError } from '../../umbral/errors.ts';
import type { SealedJournal } from '../journal.ts';

/** Place of the share, and a cfrag of 381 bytes. */
const entryBytes = 1 + 381;

type Shares = Map<number, VerifiedCapsuleFrag>;

export class KeptFragments {
  readonly #journal: SealedJournal | undefined;
  readonly #kept = new Map<string, Promise<Shares>>();
  /** One write after another: a journal is never asked for two values of one name at once. */
  #writes: Promise<unknown> = Promise.resolve();

  /** Only a sealed journal: what comes out of it was verified before, and nobody else can have written it. */
  constructor(journal: SealedJournal | undefined) {
    this.#journal = journal;
  }

  /** By share; what is added to it is there for the next retrieval too. Throws what the journal throws, but not for a damaged entry. */
  of(policyId: Hex, capsule: Uint8Array): Promise<Shares> {
    const name = nameOf(policyId, capsule);
    const known = this.#kept.get(name) ?? this.#read(name);
    this.#kept.set(name, known);
    known.catch(() => this.#kept.delete(name));
    return known;
  }

  /** Written down, as far as there is anything. Throws what the journal throws. */
  async save(policyId: Hex, capsule: Uint8Array): Promise<void> {
    const shares = await this.of(policyId, capsule);
    if (shares.size === 0) return;
    const parts = [...shares].map(([index, cfrag]) => concatBytes(Uint8Array.of(index), cfrag.toBytes()));
    await this.#write((journal) => journal.put(nameOf(policyId, capsule), concatBytes(...parts)));
  }

  /** Its file is open. Throws what the journal throws. */
  async forget(policyId: Hex, capsule: Uint8Array): Promise<void> {
    const name = nameOf(policyId, capsule);
    this.#kept.delete(name);
    await this.#write((journal) => journal.delete(name));
  }

  async #read(name: string): Promise<Shares> {
    try {
      const bytes = (await this.#journal?.get(name)) ?? new Uint8Array(0);
      const entries = Array.from({ length: bytes.length / entryBytes }, (_, i) => bytes.subarray(i * entryBytes));
      return new Map(
        entries.map((entry) => [
          entry[0] as number,
          VerifiedCapsuleFrag.fromTrustedBytes(entry.subarray(1, entryBytes)),
        ]),
      );
    } catch (error) {
      // Asking the nodes again makes up for an entry that is damaged.
      if (error instanceof DintelError || error instanceof UmbralError) return new Map();
      throw error;
    }
  }

  #write(act: (journal: SealedJournal) => Promise<void>): Promise<void> {
    const journal = this.#journal;
    if (journal === undefined) return Promise.resolve();
    const done = this.#writes.then(() => act(journal));
    this.#writes = done.catch(() => undefined);
    return done;
  }
}

const nameOf = (policyId: Hex, capsule: Uint8Array): string =>
  `cfrags/${policyId.slice(2)}/${capsuleHash(capsule).slice(2)}`;
