/**
 * An end-to-end encrypted team chat. A room has one key per season; members get it by a grant that can be ended, messages are sealed
 * with it in the browser, and the server that carries them sees nothing. Who leaves, leaves: the room's label is rotated.
 * `npx node examples/teamChat/chat.ts`
 */
import { type Alice, type Bob, type Grant, heldFile, type SealedFile } from 'dintel';
import type { Hex } from 'dintel/chain';
import { type Net, openNetwork } from '../network.ts';

interface Message {
  readonly season: number;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

/** What carries messages: any server, or several. It knows seasons and lengths. */
export class Board {
  readonly messages: Message[] = [];
}

const importKey = (bytes: Uint8Array) =>
  crypto.subtle.importKey('raw', bytes.slice(), 'AES-GCM', false, ['encrypt', 'decrypt']);

interface Membership {
  readonly reader: string;
  readonly policyId: Hex;
  readonly link: string;
}

/** The founder's side: one label with a version for each season, and who holds a grant of the present one. */
export class Room {
  readonly #alice: Alice;
  readonly #label: string;
  readonly #terms: { readonly threshold: number; readonly shares: number; readonly until: number };
  #members = new Map<string, Membership>();

  constructor(alice: Alice, label: string, until: number) {
    this.#alice = alice;
    this.#label = label;
    this.#terms = { threshold: 2, shares: 3, until };
  }

  get season(): number {
    return this.#alice.labelVersion(this.#label);
  }

  /** The first season, for these members by name; each gets a link of his own. */
  async open(cards: ReadonlyMap<string, string>): Promise<Map<string, string>> {
    const files = await this.#freshKey();
    // One transaction, whatever the number of members.
    const outcomes = await this.#alice.grant({ to: [...cards.values()], label: this.#label, files, ...this.#terms });
    const names = [...cards.keys()];
    return this.#admit(outcomes.map(({ grant }, i) => [names[i] as string, grant]));
  }

  /** Ends a member's grant and opens a new season for the others. */
  async remove(leaver: string): Promise<Map<string, string>> {
    const member = this.#members.get(leaver);
    if (member === undefined) throw new Error(`${leaver} is not in ${this.#label}`);
    await this.#alice.revoke({ policyId: member.policyId });
    const names = new Map([...this.#members].map(([name, { reader }]) => [reader, name]));
    // Who has a living grant gets the new season's key; the leaver has none any more.
    const { grants } = await this.#alice.rotateLabel({
      label: this.#label,
      regrant: { ...this.#terms, files: () => this.#freshKey() },
    });
    return this.#admit(grants.map(({ grant }) => [names.get(grant.reader) ?? grant.reader, grant]));
  }

  /** A new key of the room, sealed for the label's present version. */
  async #freshKey(): Promise<SealedFile[]> {
    const key = crypto.getRandomValues(new Uint8Array(32));
    const about = { label: this.#label, name: `${this.season}`, size: key.length };
    const file = await heldFile(this.#alice.encrypt([key], about));
    key.fill(0);
    return [file];
  }

  #admit(grants: [string, Grant][]): Map<string, string> {
    this.#members = new Map(
      grants.map(([name, grant]) => [name, { reader: grant.reader, policyId: grant.policyId, link: grant.link() }]),
    );
    return new Map(grants.map(([name, grant]) => [name, grant.link()]));
  }
}

/** A member's side: the keys of the seasons that he was let into. */
export class Member {
  readonly #bob: Bob;
  readonly #keys = new Map<number, CryptoKey>();

  constructor(bob: Bob) {
    this.#bob = bob;
  }

  async join(link: string): Promise<void> {
    const { files } = await this.#bob.retrieve({ from: link });
    for (const file of files) this.#keys.set(Number(file.name), await importKey(await file.bytes()));
  }

  async say(board: Board, season: number, text: string): Promise<void> {
    const key = this.#keys.get(season);
    if (key === undefined) throw new Error(`no key of season ${season}`);
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, new TextEncoder().encode(text));
    board.messages.push({ season, nonce, sealed });
  }

  /** What he can read; what was said in other seasons is not there. */
  async read(board: Board): Promise<string[]> {
    const texts: string[] = [];
    for (const { season, nonce, sealed } of board.messages) {
      const key = this.#keys.get(season);
      if (key === undefined) continue;
      texts.push(new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, key, sealed)));
    }
    return texts;
  }
}

export async function main(net: Net): Promise<{ carol: string[]; dave: string[] }> {
  const room = new Room(await net.alice('founder'), 'team', net.in(30 * 86_400));
  const board = new Board();
  const [bobOfCarol, bobOfDave] = [await net.bob('carol'), await net.bob('dave')];
  const [carol, dave] = [new Member(bobOfCarol), new Member(bobOfDave)];
  const links = await room.open(
    new Map([
      ['carol', bobOfCarol.card()],
      ['dave', bobOfDave.card()],
    ]),
  );
  await carol.join(links.get('carol') ?? '');
  await dave.join(links.get('dave') ?? '');
  await carol.say(board, room.season, 'Lunch at noon?');
  await dave.say(board, room.season, 'I am leaving for another team.');
  const next = await room.remove('dave');
  await carol.join(next.get('carol') ?? '');
  await carol.say(board, room.season, 'Then lunch without Dave.');
  const said = { carol: await carol.read(board), dave: await dave.read(board) };
  console.log(said);
  return said;
}

if (import.meta.main) await main(await openNetwork());
