/**
 * Which version of each label is the present one: what is encrypted from now on is encrypted for its key. Older versions stay
 * derivable for ever, so that what was encrypted for them stays readable.
 *
 * Owns: the present versions as one person's journal has them. Owns not: the keys (`protocol/keys.ts`), what rotating means for those
 * who receive (`rotate.ts`). Source: protocol.md sections 2 and 9.
 *
 *   labels/<address of the verifying key>   CBOR [1, [[label, version]..]]   sealed; versions above 0 only
 */
import { decodeCbor, encodeCbor } from '../../protocol/cbor.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { bytesOf, listOf, tupleOf, uintOf } from '../../protocol/fields.ts';
import { type Keyring, labelBytes, maxLabelBytes, parseLabel } from '../../protocol/keys.ts';
import { addressOf } from '../../protocol/signature.ts';
import { ready } from '../../umbral/engine/current.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import { type Journal, sealedFor } from '../journal.ts';

/** Versions ahead of the present one that are looked at: what another device rotated further is told by its number. */
const aheadVersions = 16;
const maxLabels = 100_000;
const maxVersion = 2 ** 32 - 1;

/** Whose labels these are, and where their versions are kept. */
export interface LabelsOptions {
  readonly keyring: Keyring;
  readonly journal: Journal;
}

/** The labels of one person on this device. */
export class Labels {
  readonly #keyring: Keyring;
  readonly #journal: Journal;
  readonly #name: string;
  readonly #present = new Map<string, number>();
  /** By version and label, since a list of grants asks for the same few again and again. */
  readonly #keys = new Map<string, PublicKey>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor({ keyring, journal }: LabelsOptions) {
    this.#keyring = keyring;
    this.#journal = sealedFor(keyring, journal);
    this.#name = `labels/${addressOf(keyring.verifying().publicKey).slice(2)}`;
  }

  /** Throws KEY_LOCKED, E_DECRYPT (a damaged entry), VERSION_UNSUPPORTED, what the journal throws. */
  static async open(options: LabelsOptions): Promise<Labels> {
    await ready();
    const labels = new Labels(options);
    await labels.#read();
    return labels;
  }

  /** The present version of a label; 0 until it is rotated. Throws E_LABEL. */
  version(label: string): number {
    return this.#present.get(plain(label)) ?? 0;
  }

  /** The public key of a label: what Enrico encrypts with. Default: that of the present version. Throws E_LABEL. */
  key(label: string, version = this.version(label)): PublicKey {
    const name = `${version}/${plain(label)}`;
    const key = this.#keys.get(name) ?? this.#keyring.delegating(label, version).publicKey;
    this.#keys.set(name, key);
    return key;
  }

  /** Versions in the order in which they are worth a look: the present one, older ones, some that another device may have made. */
  *versions(label: string): Generator<number, void, void> {
    const present = this.version(label);
    for (let version = present; version >= 0; version--) yield version;
    for (let ahead = 1; ahead <= aheadVersions; ahead++) yield present + ahead;
  }

  /**
   * A key of the label was met, in a grant of one's own: if it is of a later version than the present one, another device has rotated,
   * and that version is the present one here too. Returns its version, undefined for a key that is none of them.
   */
  async meet(label: string, key: PublicKey): Promise<number | undefined> {
    for (const version of this.versions(label)) {
      if (!this.key(label, version).equals(key)) continue;
      if (version > this.version(label)) await this.#raise(label, () => version);
      return version;
    }
    return undefined;
  }

  /** The next version becomes the present one; resolves with it when that is written down. Throws E_NUMBER, what the journal throws. */
  rotate(label: string): Promise<number> {
    return this.#raise(label, (present) => present + 1);
  }

  /** Never down: of two who write, the further one is right. */
  #raise(label: string, next: (present: number) => number): Promise<number> {
    const name = plain(label);
    const turn = this.#turn.then(async () => {
      // Another process of the same home may have rotated since.
      await this.#read();
      const present = this.#present.get(name) ?? 0;
      const version = uintOf(Math.max(present, next(present)), 'label.version', maxVersion);
      const all = [...new Map(this.#present).set(name, version)];
      await this.#journal.put(this.#name, encodeCbor([1, all.map(([text, number]) => [labelBytes(text), number])]));
      this.#present.set(name, version);
      return version;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #read(): Promise<void> {
    const bytes = await this.#journal.get(this.#name);
    if (bytes === undefined) return;
    const [form, entries] = tupleOf(decodeCbor(bytes, 'labels'), 2, 'labels');
    if (form !== 1) throw new ProtocolError('VERSION_UNSUPPORTED', { field: 'labels.version', expected: '1' });
    for (const entry of listOf(entries ?? null, maxLabels, 'labels')) {
      const [label, version] = tupleOf(entry, 2, 'labels.entry');
      const name = parseLabel(bytesOf(label, 'labels.label', 1, maxLabelBytes));
      this.#present.set(name, uintOf(version, 'labels.version', maxVersion));
    }
  }
}

/** One form of a label, so that two ways to write it are one. */
const plain = (label: string): string => parseLabel(labelBytes(label));
