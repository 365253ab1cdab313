/**
 * The people whom I know, and which keys I believe to be theirs: trusted on first use, and never silently replaced.
 *
 * Owns: adding by card or address, pins, the warning when keys change, comparing words, export and import. Owns not: the record
 * (`person.ts`), the registry (`registry.ts`), sharing (Alice). Source: research/app-sdk.md section 5.2; protocol.md section 8.4.
 *
 * A card binds an address only if that account signed it or has registered the same keys; otherwise it is Bob's word, and whoever
 * writes another's address on his card would take his place. What is pinned by card stays pinned: of the registry only a version
 * that came later counts as a change.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import type { ChainReader } from '../../chain/chain.ts';
import { parseAddress } from '../../protocol/address.ts';
import { type Card, isVerifiedCard, type VerifiedCard, verifyCard } from '../../protocol/card.ts';
import { readCard } from '../../protocol/cardForms.ts';
import { decodeCbor, encodeCbor } from '../../protocol/cbor.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { listOf, textOf, tupleOf } from '../../protocol/fields.ts';
import { type Address, toHex } from '../../protocol/hex.ts';
import type { Keyring } from '../../protocol/keys.ts';
import { checkOptions } from '../../protocol/shapes.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import { type Clock, systemClock } from '../clock.ts';
import { aJournal, aKeyring, aNetwork, common } from '../doors.ts';
import { type Journal, MemoryJournal, type SealedJournal, sealedFor } from '../journal.ts';
import type { Network } from '../network.ts';
import {
  decodePerson,
  encodePerson,
  type Person,
  type PersonKeys,
  personOf,
  personValue,
  sameKeys,
  wordsOf,
} from './person.ts';
import { PinnedRecipient } from './pinned.ts';
import { lookupKeys } from './registry.ts';

/** How a person is met: a card in any form, or an address with registered keys. */
export type Introduction = string | Card | VerifiedCard | { readonly address: Address };

/** What a list of people stands on. */
export interface PeopleOptions {
  readonly network: Network<ChainReader>;
  /** Seals the records: nobody else sees whom I know. */
  readonly keyring: Keyring;
  /** Keyrings of roots before that one (`vault.keyrings().slice(1)`): what the journal keeps under them is still read. */
  readonly former?: readonly Keyring[] | undefined;
  readonly journal: Journal;
  readonly clock?: Clock | undefined;
}

const prefix = 'people/';
/** People in one list. */
const maxPeople = 10_000;

/** The people whom I know, and which keys I believe to be theirs: trusted on first use, and never silently replaced. */
export class People {
  readonly #network: Network<ChainReader>;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #sealed: (journal: Journal) => SealedJournal;
  #turn: Promise<unknown> = Promise.resolve();

  /** Throws E_FIELD. */
  constructor(options: PeopleOptions) {
    checkOptions(options, { network: aNetwork, keyring: aKeyring, ...common, journal: aJournal });
    this.#network = options.network;
    const { keyring, former } = options;
    this.#sealed = (journal) => sealedFor(keyring, journal, former);
    this.#journal = this.#sealed(options.journal);
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Meet somebody, or meet him again. Whoever is known already keeps his pinned keys: others that a card or the registry names now
   * stand as `claimed` until the words were compared. Throws E_CARD and kin, E_BRAND, E_VERSION, E_DOMAIN, E_SIGNATURE,
   * KEY_NOT_REGISTERED, E_ADDRESS, E_FIELD, `ChainError`.
   */
  add(introduction: Introduction, options: { readonly name?: string | undefined } = {}): Promise<Person> {
    return this.#alone(async () => {
      const met = await this.#meet(introduction);
      const name = options.name ?? met.name;
      const known = (await this.list()).find(
        (one) => (met.address !== undefined && one.address === met.address) || knows(one, met.keys),
      );
      if (known === undefined) {
        const { address, keys, registryVersion } = met;
        const id = toHex(randomBytes(16)).slice(2);
        return this.#save({ id, name, address, keys, earlier: [], claimed: undefined, registryVersion });
      }
      const again: Person = {
        ...known,
        name: options.name ?? known.name ?? name,
        address: known.address ?? met.address,
      };
      // Each address counts its own registrations: how many stand at another says nothing of this one.
      return this.#save(withClaim(again, met.keys, again.address === met.address ? met.registryVersion : 0));
    });
  }

  /** Everybody, by name. */
  async list(): Promise<readonly Person[]> {
    const names = await this.#journal.names(prefix);
    const records = await Promise.all(names.map((name) => this.#journal.get(name)));
    const people = records.flatMap((bytes) => (bytes ? [decodePerson(bytes)] : []));
    return people.sort((a, b) => (a.name ?? '').localeCompare(b.name ?? '') || (a.id < b.id ? -1 : 1));
  }

  /** Throws E_FIELD (nobody of this id). */
  async get(id: string): Promise<Person> {
    const bytes = /^[0-9a-f]{32}$/.test(id) ? await this.#journal.get(`${prefix}${id}`) : undefined;
    if (bytes === undefined) throw new ProtocolError('E_FIELD', { field: 'person', expected: 'somebody who is known' });
    return decodePerson(bytes);
  }

  /** Look at the registry again. `claimed` of the result says whether his keys have changed. Throws E_FIELD, `ChainError`. */
  check(id: string): Promise<Person> {
    return this.#alone(async () => {
      const person = await this.get(id);
      if (person.address === undefined) return person;
      const found = await lookupKeys(this.#network, person.address);
      if (found === undefined || found.version <= person.registryVersion) return person;
      const { receivingKey, verifyingKey, version, since } = found;
      const seen = withClaim(person, { receivingKey, verifyingKey, seenAt: since, verifiedAt: undefined }, version);
      return this.#save(sameKeys(person.keys, found) ? { ...seen, claimed: undefined } : seen);
    });
  }

  /**
   * His pinned keys for a grant, after another look at the registry.
   * Throws KEY_CHANGED (`data.words`: six words of the new keys, `data.since`: seconds) until `confirm`, E_FIELD, `ChainError`.
   */
  async recipient(id: string): Promise<PinnedRecipient> {
    const person = await this.check(id);
    const { claimed, name = 'This person' } = person;
    if (claimed === undefined) return new PinnedRecipient(person);
    const day = new Date(claimed.seenAt * 1000).toISOString().slice(0, 10);
    throw new ProtocolError('KEY_CHANGED', {
      field: 'to',
      details: `${name} published a new key on ${day}. Compare these six words: ${wordsOf(claimed).join(' ')}.`,
      data: { person: id, words: wordsOf(claimed), since: claimed.seenAt },
    });
  }

  /** The six words of what would be confirmed: of the claimed keys if there are some, else of the pinned ones. */
  async words(id: string): Promise<readonly string[]> {
    const { claimed, keys } = await this.get(id);
    return wordsOf(claimed ?? keys);
  }

  /**
   * The words were compared and are these: claimed keys take the place of the pinned ones, which stay for what is old.
   * Throws E_WORDS (other words; nothing changes), E_FIELD.
   */
  confirm(id: string, words: string | readonly string[]): Promise<Person> {
    return this.#alone(async () => {
      const person = await this.get(id);
      const { claimed, keys } = person;
      const said = (typeof words === 'string' ? words : words.join(' ')).trim().toLowerCase().split(/\s+/).join(' ');
      if (said !== wordsOf(claimed ?? keys).join(' ')) {
        throw new ProtocolError('E_WORDS', { field: 'words', details: 'These are not the six words of these keys.' });
      }
      const verifiedAt = this.#now();
      if (claimed === undefined) return this.#save({ ...person, keys: { ...keys, verifiedAt } });
      return this.#save({
        ...person,
        keys: { ...claimed, verifiedAt },
        earlier: [keys, ...person.earlier.filter((one) => !sameKeys(one, claimed))],
        claimed: undefined,
      });
    });
  }

  /** The claimed keys are not his: what was pinned stays. The next registration warns again. Throws E_FIELD. */
  dismiss(id: string): Promise<Person> {
    return this.#alone(async () => {
      return this.#save({ ...(await this.get(id)), claimed: undefined });
    });
  }

  /** Throws E_FIELD, E_LENGTH. */
  rename(id: string, name: string | undefined): Promise<Person> {
    return this.#alone(async () => {
      return this.#save({ ...(await this.get(id)), name });
    });
  }

  remove(id: string): Promise<void> {
    return this.#alone(async () => {
      await this.get(id);
      await this.#journal.delete(`${prefix}${id}`);
    });
  }

  /** Who signs with this key, now or once; `undefined` for strangers. */
  async byVerifyingKey(key: PublicKey): Promise<Person | undefined> {
    return (await this.list()).find((one) => allKeys(one).some(({ verifyingKey }) => verifyingKey.equals(key)));
  }

  /** Everybody, sealed under my own root: for a backup anywhere, or my next device. Throws KEY_LOCKED. */
  async export(): Promise<Uint8Array> {
    const people = (await this.list()).map(personValue);
    const sealed = new MemoryJournal();
    await this.#sealed(sealed).put('people', encodeCbor(['DnPp', 1, people], 'people'));
    return (await sealed.get('people')) as Uint8Array;
  }

  /**
   * Take over an export. Whoever is known here keeps his pins; other keys of the file stand as claimed. Resolves with how many came.
   * Throws KEY_LOCKED, E_DECRYPT (another person's, or changed), E_BRAND, VERSION_UNSUPPORTED, E_FIELD and kin.
   */
  import(bytes: Uint8Array): Promise<number> {
    return this.#alone(async () => {
      const sealed = new MemoryJournal();
      await sealed.put('people', bytes);
      const opened = (await this.#sealed(sealed).get('people')) as Uint8Array;
      const [brand, version, list] = tupleOf(decodeCbor(opened, 'people'), 3, 'people');
      if (textOf(brand, 'people', 4) !== 'DnPp') throw new ProtocolError('E_BRAND', { field: 'people' });
      if (version !== 1) throw new ProtocolError('VERSION_UNSUPPORTED', { field: 'people.version', expected: '1' });
      const people = listOf(list ?? null, maxPeople, 'people').map(personOf);
      const known = await this.list();
      for (const person of people) {
        const mine = known.find(
          (one) =>
            one.id === person.id ||
            (one.address !== undefined && one.address === person.address) ||
            knows(one, person.keys),
        );
        await this.#save(mine === undefined ? person : withClaim(mine, person.keys, mine.registryVersion));
      }
      return people.length;
    });
  }

  /** One change after another: two at once would each overwrite what the other has just written. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #meet(introduction: Introduction): Promise<Met> {
    if (typeof introduction === 'object' && 'address' in introduction) {
      const address = parseAddress(introduction.address, 'address');
      const found = await lookupKeys(this.#network, address);
      if (found === undefined) throw new ProtocolError('KEY_NOT_REGISTERED', { field: 'address', got: address });
      const { receivingKey, verifyingKey, version, since } = found;
      const keys = { receivingKey, verifyingKey, seenAt: since, verifiedAt: undefined };
      return { name: undefined, address, keys, registryVersion: version };
    }
    const verified = isVerifiedCard(introduction)
      ? introduction
      : await verifyCard(
          typeof introduction === 'string' ? readCard(introduction) : introduction,
          this.#network.contracts,
          this.#network.contractJudge,
        );
    const { receivingKey, verifyingKey, owner, name } = verified.card;
    const keys = { receivingKey, verifyingKey, seenAt: this.#now(), verifiedAt: undefined };
    const registered = owner && (await lookupKeys(this.#network, owner));
    const isHis = verified.provenOwner !== undefined || (registered !== undefined && sameKeys(keys, registered));
    return { name, address: isHis ? owner : undefined, keys, registryVersion: isHis ? (registered?.version ?? 0) : 0 };
  }

  async #save(person: Person): Promise<Person> {
    await this.#journal.put(`${prefix}${person.id}`, encodePerson(person));
    return person;
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}

interface Met {
  readonly name: string | undefined;
  readonly address: Address | undefined;
  readonly keys: PersonKeys;
  readonly registryVersion: number;
}

/** Every pair of keys that was ever believed to be his. */
export const allKeys = (person: Person): readonly PersonKeys[] => [person.keys, ...person.earlier];

const knows = (person: Person, keys: PersonKeys): boolean => sameKeys(person.keys, keys);

/** The same person after he was seen with `keys`. */
function withClaim(person: Person, keys: PersonKeys, registryVersion: number): Person {
  const seen = { ...person, registryVersion: Math.max(person.registryVersion, registryVersion) };
  return sameKeys(person.keys, keys) ? seen : { ...seen, claimed: keys };
}
