/**
 * The page's end of a person: a worker that is one person, calls with progress and abort, and the wallet that the worker may ask.
 *
 * Owns: the worker's life, numbering of calls, the tray's entries for what it sends. Owns not: what the methods do (worker/person.ts).
 */
import type { ProgressEvent } from 'dintel';
import { type Address, type Hex, httpRpc } from 'dintel/chain';
import { sentenceOfError } from '../errors/sentence';
import type { Language } from '../i18n/texts';
import type { SiteConfig } from '../siteConfig';
import { follow, stageOf } from '../transactions/follow';
import { type Proposal, proposalOf } from '../transactions/proposal';
import { track } from '../transactions/store';
import type { Wallet } from '../wallet/persona';
import { faultOf, RemoteError } from '../worker/fault';
import type { KeySource, ToPage, ToWorker } from '../worker/messages';
import type { CallContext, PersonMethods } from '../worker/person';
import { whenPresent } from './presence';
import { sharedLock } from './sharedLock';

export interface SessionOptions {
  readonly site: SiteConfig;
  readonly keys: KeySource;
  readonly name?: string | undefined;
  readonly account?: Address | undefined;
  readonly wallet?: Wallet | undefined;
  readonly language: Language;
  /** The keys were locked, by hand or because nobody was here: this session has ended, and all that it opened. */
  readonly onLock?: () => void;
}

export interface CallOptions {
  /** What the tray says while the wallet is asked; without it the wallet is not asked. */
  readonly title?: string;
  readonly signal?: AbortSignal | undefined;
  /** Nobody has asked for it: it does not keep the keys open. */
  readonly polled?: boolean;
  readonly onProgress?: (event: ProgressEvent) => void;
}

export type Method = keyof PersonMethods;
export type ArgsOf<M extends Method> = PersonMethods[M] extends (args: infer A, context: CallContext) => unknown
  ? unknown extends A
    ? undefined
    : A
  : undefined;
export type ResultOf<M extends Method> = Awaited<ReturnType<PersonMethods[M]>>;

/** A transaction as a wallet is given it. */
interface Unsent {
  readonly to: Address;
  readonly value?: Hex;
  readonly data?: Hex;
}

interface Call extends CallOptions {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class Session {
  /** Tells one person's answers from another's in a cache. */
  readonly id = crypto.randomUUID();
  readonly options: SessionOptions;
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  readonly #urls = new Set<string>();
  #count = 0;
  #ended = false;
  #absent = () => {};
  #lock: ReturnType<typeof sharedLock> | undefined;
  /** Calls that may ask the wallet wait for each other, so that each question has one reason. */
  #acting: Promise<unknown> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.options = options;
    this.#worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', (event: MessageEvent<ToPage>) => this.#hear(event.data));
    this.#worker.addEventListener('error', () => this.#fail(new Error('The worker could not start.')));
    const { site, keys, account, name } = options;
    // lib speaks of addresses in lower case; people see their checksum.
    const lower = account?.toLowerCase() as Address | undefined;
    this.#send({ begin: { site, keys, account: lower, name, origin: location.origin } });
    if ('vault' in keys) {
      this.#absent = whenPresent(() => this.#send({ touch: true }));
      this.#lock = sharedLock(keys.vault, () => void this.#call('lock', undefined, {}).catch(() => undefined));
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Asks for a method. Throws `RemoteError`. */
  call<M extends Method>(method: M, args: ArgsOf<M>, options: CallOptions = {}): Promise<ResultOf<M>> {
    const begin = () => this.#call(method, args, options) as Promise<ResultOf<M>>;
    if (options.title === undefined) return begin();
    const turn = this.#acting.then(() => this.#checkChain()).then(begin);
    this.#acting = turn.catch(() => undefined);
    return turn;
  }

  /** Locks the keys, here and in every other tab: this session ends, and theirs do. */
  async lock(): Promise<void> {
    this.#lock?.tell();
    await this.call('lock', undefined);
  }

  /** A place in this page for something that was decrypted; it ends with the session, or when it is revoked. */
  urlOf(blob: Blob): string {
    const url = URL.createObjectURL(blob);
    this.#urls.add(url);
    return url;
  }

  revoke(url: string): void {
    URL.revokeObjectURL(url);
    this.#urls.delete(url);
  }

  /** Ends the person: the worker is gone at once, and his keys and all that he opened with it. What was under way fails. */
  end(): void {
    this.#ended = true;
    this.#absent();
    this.#lock?.end();
    this.#worker.terminate();
    for (const url of this.#urls) this.revoke(url);
    this.#fail(new RemoteError({ code: 'ABORTED', message: 'Closed.' }));
  }

  /** A wallet on another chain would send it there. Throws `chain.wrong_chain`. */
  async #checkChain(): Promise<void> {
    const { wallet, site } = this.options;
    if (wallet === undefined || Number(await wallet.request({ method: 'eth_chainId' })) === site.deployment.chainId)
      return;
    throw new RemoteError({ code: 'chain.wrong_chain', message: `The wallet is not on ${site.chainName}.` });
  }

  #call(method: Method, args: unknown, options: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(new RemoteError({ code: 'ABORTED', message: 'Closed.' }));
      const call = ++this.#count;
      this.#calls.set(call, { ...options, resolve, reject });
      options.signal?.addEventListener('abort', () => this.#send({ abort: call }), { once: true });
      const { title, polled = false } = options;
      this.#send({ call, method, args, acts: title !== undefined, polled });
      if (options.signal?.aborted) this.#send({ abort: call });
    });
  }

  #hear(message: ToPage): void {
    if ('locked' in message) {
      this.end();
      this.options.onLock?.();
      return;
    }
    const call = this.#calls.get(message.call);
    if ('ask' in message) {
      void this.#ask(message, call?.title);
    } else if ('progress' in message) {
      call?.onProgress?.(message.progress);
    } else {
      this.#calls.delete(message.call);
      if ('fault' in message) call?.reject(new RemoteError(message.fault));
      else call?.resolve(message.result);
    }
  }

  /** Hands a question to the wallet; a transaction gets its place in the tray. */
  async #ask({ ask, method, params }: Extract<ToPage, { ask: number }>, title = ''): Promise<void> {
    const { wallet, account, site, language } = this.options;
    // A call without a name for people is the demo's own affair and has no place in the tray.
    const sends = method === 'eth_sendTransaction' && title !== '';
    const id = crypto.randomUUID();
    let proposal: Proposal | undefined;
    try {
      if (wallet === undefined || account === undefined) throw new Error('No wallet is connected.');
      const { chainId } = site.deployment;
      if (sends) {
        const [{ to, value = '0x0', data = '0x' }] = params as readonly [Unsent];
        const valueWei = BigInt(value).toString();
        track({ id, title, chainId, account, to, valueWei, stage: 'sign', at: Date.now() });
        await this.#checkChain();
        proposal = await proposalOf(httpRpc(site.rpcUrl), { account, to, data });
      }
      const result = await wallet.request({ method, params });
      this.#send({ answer: ask, result });
      if (sends) void this.#follow(id, result as Hex, proposal).catch(() => undefined);
    } catch (error) {
      // Wallets say "the owner declined" by EIP-1193's number.
      const declined = (error as { code?: unknown }).code === 4001;
      if (sends)
        track({ id, stage: declined ? 'declined' : stageOf(error, false), why: sentenceOfError(error, language) });
      this.#send({ answer: ask, fault: faultOf(error) });
    }
  }

  async #follow(id: string, hash: Hex, proposal: Proposal | undefined): Promise<void> {
    const { site, language } = this.options;
    const { viemReader } = await import('dintel/chain/viem');
    const reader = await viemReader({ rpcUrl: site.rpcUrl, chainId: site.deployment.chainId });
    const transaction = (one: Hex) => reader.transaction(one, []);
    await follow(id, transaction(hash), { rpcUrl: site.rpcUrl, language, proposal, transaction });
  }

  #send(message: ToWorker): void {
    if (!this.#ended) this.#worker.postMessage(message);
  }

  #fail(error: Error): void {
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
  }
}
