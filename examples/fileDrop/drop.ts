/**
 * A file drop: anybody may leave files for Alice while she is away; what lies in the drop is encrypted before it gets there, and she
 * hands all of it to somebody else without reading it. `npx node examples/fileDrop/drop.ts`
 *
 * The drop itself knows one public key and holds no secret: it may be any server.
 */
import { type Alice, type Bob, bytesRange, type Grant, openSealedFile, type Retrieved } from 'dintel';
import { toHex } from 'dintel/protocol';
import { type Net, openNetwork } from '../network.ts';
import { sealBytes } from '../sealBytes.ts';

const label = 'drop';

/** What a server keeps: sealed files under the names that it gave them. */
export class Drop {
  readonly key: string;
  readonly #sealed = new Map<string, Uint8Array>();
  #count = 0;

  /** `key`: Alice's delegating key of the label, as hex; public. */
  constructor(key: string) {
    this.key = key;
  }

  /** Returns the receipt to ask for it by. Throws if the bytes are no sealed file. */
  async leave(sealed: Uint8Array): Promise<string> {
    await openSealedFile(bytesRange(sealed));
    const receipt = `file-${++this.#count}`;
    this.#sealed.set(receipt, sealed);
    return receipt;
  }

  list(): string[] {
    return [...this.#sealed.keys()];
  }

  take(receipt: string): Uint8Array {
    const sealed = this.#sealed.get(receipt);
    if (sealed === undefined) throw new Error(`nothing lies here under ${receipt}`);
    return sealed;
  }
}

/** A stranger leaves a file: name and contents are encrypted on this machine. */
export async function leaveFile(drop: Drop, file: { name: string; bytes: Uint8Array }): Promise<string> {
  return drop.leave(await sealBytes(drop.key, file.name, file.bytes));
}

/** Alice hands over what lies there, by one link; nothing is decrypted on the way. */
export async function handOver(alice: Alice, drop: Drop, to: string, until: number): Promise<Grant> {
  const files = await Promise.all(drop.list().map((receipt) => openSealedFile(bytesRange(drop.take(receipt)))));
  return alice.grant({ to, label, files, threshold: 2, shares: 3, until, note: `${files.length} files from the drop` });
}

/** The reader opens all of it. Returns texts by name. */
export async function collect(bob: Bob, link: string): Promise<Map<string, string>> {
  const got: Retrieved = await bob.retrieve({ from: link });
  const texts = got.files.map(async (file) => [file.name, new TextDecoder().decode(await file.bytes())] as const);
  return new Map(await Promise.all(texts));
}

export async function main(net: Net): Promise<Map<string, string>> {
  const alice = await net.alice();
  const drop = new Drop(toHex(alice.delegatingKey(label).toBytes()));
  const text = (words: string) => new TextEncoder().encode(words);
  await leaveFile(drop, { name: 'tip.txt', bytes: text('Look at the third invoice.') });
  await leaveFile(drop, { name: 'invoice.txt', bytes: text('Three of everything.') });

  const lawyer = await net.bob('lawyer');
  const grant = await handOver(alice, drop, lawyer.card(), net.in(7 * 86_400));
  const opened = await collect(lawyer, grant.link());
  console.log(`${drop.list().length} files in the drop, all handed over unread`);
  for (const [name, words] of opened) console.log(`${name}: ${words}`);
  return opened;
}

if (import.meta.main) await main(await openNetwork());
