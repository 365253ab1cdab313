/** Whom a person knows: lib's people as data for pages. Owns: that shape. Owns not: pins and warnings (lib). */
import { type Person, publishKeys, wordsOf } from 'dintel';
import type { Address } from 'dintel/chain';
import {
  fingerprintWords,
  formatCard,
  formatCardLink,
  formatCardQr,
  parseCard,
  readCard,
  toHex,
} from 'dintel/protocol';
import type { Self } from './person.ts';

/** Somebody who is known. Units: seconds. */
export interface Acquaintance {
  readonly id: string;
  readonly name: string | undefined;
  readonly address: Address | undefined;
  readonly words: readonly string[];
  /** When the words were compared. */
  readonly verifiedAt: number | undefined;
  readonly seenAt: number;
  /** Words of keys that claim to be his now: nothing is shared until they were compared. */
  readonly claimed: readonly string[] | undefined;
  readonly key: string;
}

/** My card in every form. */
export interface OwnCard {
  readonly text: string;
  readonly link: string;
  readonly qr: string;
  readonly words: readonly string[];
  /** Whether my account has published these keys. */
  readonly published: boolean;
}

const shown = (person: Person): Acquaintance => ({
  id: person.id,
  name: person.name,
  address: person.address,
  words: wordsOf(person.keys),
  verifiedAt: person.keys.verifiedAt,
  seenAt: person.keys.seenAt,
  claimed: person.claimed && wordsOf(person.claimed),
  key: toHex(person.keys.verifyingKey.toBytes()),
});

export function acquaintances(self: Self) {
  const { bob, keyring, begin, people } = self;
  return {
    people: async (): Promise<readonly Acquaintance[]> => (await people.list()).map(shown),
    /** Whose card this says to be, before it is proven and kept (`meet`). Throws E_CARD and kin. */
    introduce: async ({
      text,
    }: {
      readonly text: string;
    }): Promise<{ readonly name: string | undefined; readonly words: readonly string[]; readonly known: boolean }> => {
      const { name, receivingKey, verifyingKey } = readCard(text);
      const known = await people.byVerifyingKey(verifyingKey);
      return {
        name: known?.name ?? name,
        words: fingerprintWords(receivingKey, verifyingKey),
        known: known !== undefined,
      };
    },
    /** By a card in any form, or an address with published keys. Throws E_CARD and kin, KEY_NOT_REGISTERED. */
    meet: async ({
      text,
      name,
    }: {
      readonly text: string;
      readonly name?: string | undefined;
    }): Promise<Acquaintance> => {
      const trimmed = text.trim();
      const introduction = /^0x[0-9a-f]{40}$/i.test(trimmed) ? { address: trimmed as Address } : trimmed;
      return shown(await people.add(introduction, name ? { name } : {}));
    },
    /** Looks whether his published keys have changed. */
    check: async ({ id }: { readonly id: string }): Promise<Acquaintance> => shown(await people.check(id)),
    /**
     * These words, as the page showed them, were compared: they are his. Throws E_WORDS if they are not of what is claimed or pinned by
     * now: other keys may have come between.
     */
    confirm: async ({ id, words }: { readonly id: string; readonly words: readonly string[] }): Promise<Acquaintance> =>
      shown(await people.confirm(id, words)),
    dismiss: async ({ id }: { readonly id: string }): Promise<Acquaintance> => shown(await people.dismiss(id)),
    forgetPerson: async ({ id }: { readonly id: string }): Promise<void> => people.remove(id),
    /** My card, to hand to whoever wants to share with me. */
    ownCard: async (): Promise<OwnCard> => {
      const text = bob.card({ owner: begin.account, name: begin.name });
      const card = parseCard(text);
      const registered = begin.account && (await bob.network.keyRegistry.keysOf(begin.account));
      return {
        text: formatCard(card),
        link: formatCardLink(begin.origin, card),
        qr: formatCardQr(readCard(text)),
        words: wordsOf({ ...card, seenAt: 0, verifiedAt: undefined }),
        published: registered !== undefined && toHex(registered.receiving) === toHex(card.receivingKey.toBytes()),
      };
    },
    /** Publishes my keys for my account. Asks the wallet once, unless they stand there already. */
    publish: async (): Promise<void> => {
      const alice = await self.alice();
      await (await publishKeys(alice.network, { keyring }))?.wait();
    },
  };
}
