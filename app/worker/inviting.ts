/**
 * Shares that wait for somebody's keys: what Alice would grant, kept sealed until he has a card or his account publishes keys.
 *
 * Owns: these records, and whether one can be finished. Owns not: the grant (`sharing.ts`), meeting him (`acquaintances.ts`).
 */
import { formatCardLink, readCard, toHex } from 'dintel/protocol';
import type { acquaintances } from './acquaintances.ts';
import type { CallContext, Self } from './person.ts';
import type { Granted, sharing } from './sharing.ts';

/** What is to be granted once he has keys. Units: seconds for `lasts` and `startsIn`, milliseconds since 1970 for `at`. */
export interface Wish {
  /** What she calls him. */
  readonly name: string;
  /** What he may call her: it stands on the card in the link. */
  readonly as?: string | undefined;
  /** His account, if she knows it: then the share can be finished as soon as it publishes keys. */
  readonly address?: `0x${string}` | undefined;
  readonly fileId: string;
  readonly threshold: number;
  readonly shares: number;
  /** How long it shall last, from the grant on. */
  readonly lasts: number;
  /** How long after the grant it begins to open, if not at once. */
  readonly startsIn?: number | undefined;
  readonly note?: string | undefined;
}

/** An invitation that stands. */
export interface Invitation extends Wish {
  readonly id: string;
  readonly file: string;
  readonly at: number;
  /** To send him: where he makes keys, and learns hers. */
  readonly link: string;
}

const recordName = (id: string) => `invitations/${id}`;

export function inviting(
  { bob, begin, records }: Self,
  { files, grant }: Pick<ReturnType<typeof sharing>, 'files' | 'grant'>,
  { meet }: Pick<ReturnType<typeof acquaintances>, 'meet'>,
) {
  const invitationOf = async (id: string): Promise<Invitation> => {
    const found = await records.get<Invitation>(recordName(id));
    if (found === undefined) throw new Error('There is no such invitation.');
    return found;
  };

  return {
    /** Keeps a share for somebody who has no keys yet; nothing is paid and nothing leaves this browser. */
    invite: async (wish: Wish): Promise<Invitation> => {
      const file = (await files()).find(({ id }) => id === wish.fileId);
      if (file === undefined) throw new Error('There is no such file.');
      const card = readCard(bob.card({ owner: begin.account, name: wish.as ?? begin.name }));
      // The same card as in a card link; the page where it leads says why he is asked for keys.
      const link = formatCardLink(begin.origin, card).replace('/add#', '/invited#');
      const id = toHex(crypto.getRandomValues(new Uint8Array(12))).slice(2);
      const invitation: Invitation = { ...wish, id, link, file: file.name, at: Date.now() };
      await records.put(recordName(id), invitation);
      return invitation;
    },

    /** What waits, newest first; `ready` once his account has published keys. */
    invitations: async (): Promise<readonly (Invitation & { readonly ready: boolean })[]> => {
      const all = await records.all<Invitation>('invitations/');
      const keyed = all.map(async (one) => {
        const keys = one.address && (await bob.network.keyRegistry.keysOf(one.address));
        return { ...one, ready: keys !== undefined };
      });
      return (await Promise.all(keyed)).toSorted((a, b) => b.at - a.at);
    },

    /**
     * Meets him, by the card that he sent or by his account, and grants what waited. The invitation is the wish: if a tab is closed before
     * it is crossed out, the same grant goes on. Throws as `meet` and `grant` do.
     */
    finishInvitation: async (
      { id, card }: { readonly id: string; readonly card?: string | undefined },
      context: CallContext,
    ): Promise<Granted> => {
      const { name, address, fileId, threshold, shares, lasts, startsIn, note } = await invitationOf(id);
      const met = await meet({ text: card ?? address ?? '', name });
      const { timestamp } = await bob.network.now();
      const granted = await grant(
        {
          ...{ fileId, threshold, shares, until: timestamp + (startsIn ?? 0) + lasts, note, whom: name },
          ...(startsIn !== undefined && { startsAt: timestamp + startsIn }),
          to: { person: met.id },
          hello: met.address !== undefined,
          wish: id,
        },
        context,
      );
      await records.delete(recordName(id));
      return granted;
    },

    /** Thinks better of it. */
    withdrawInvitation: ({ id }: { readonly id: string }): Promise<void> => records.delete(recordName(id)),
  };
}
