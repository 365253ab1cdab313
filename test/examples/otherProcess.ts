/**
 * Alice of the example `crashSafe` in a process of her own, which a test may kill at any moment: the network in memory stays with the
 * test, and she reaches it by messages. Owns: the messages, on both sides. Not a test by itself.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { Alice, Bob } from 'dintel';
import type { Chain, ContractCall, Deployment, Hex, SentTransaction } from 'dintel/chain';
import type { TestNetwork } from 'dintel/testing';
import { main } from '../../examples/crashSafe/share.ts';
import { atMost } from '../../examples/network.ts';

/** What the child is to do. */
export interface Errand {
  readonly folder: string;
  readonly card: string;
  readonly file: string;
  readonly password: string;
}

interface Start extends Errand {
  readonly chainId: number;
  readonly account: Hex;
  readonly deployment: Deployment;
  readonly epochLength: number;
}

type Question = { readonly id: number; readonly method: string; readonly args: readonly unknown[] };
type Answer = { readonly id: number; readonly value?: unknown; readonly error?: string };

/** Runs the errand in a process; `onRequest` sees what it asks of the nodes. Resolves with its links, or undefined if it was killed. */
export function runElsewhere(
  net: TestNetwork,
  errand: Errand,
  onRequest: (method: string, path: string, child: ChildProcess) => void = () => undefined,
): Promise<string[] | undefined> {
  const chain = net.account('alice');
  const { chainId, account } = chain;
  const child = fork(import.meta.filename, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const does: Record<string, (...args: never[]) => unknown> = {
    async block(...args: Parameters<Chain['block']>) {
      const found = await chain.block(...args);
      if (found === undefined) return undefined;
      // A block of the model knows how it came about, which cannot be sent.
      const { number, hash, parentHash, timestamp, baseFeePerGas } = found;
      return { number, hash, parentHash, timestamp, baseFeePerGas };
    },
    call: (...args: Parameters<Chain['call']>) => chain.call(...args),
    logs: (...args: Parameters<Chain['logs']>) => chain.logs(...args),
    balance: (...args: Parameters<Chain['balance']>) => chain.balance(...args),
    estimate: (...args: Parameters<Chain['estimate']>) => chain.estimate(...args),
    signTypedData: (...args: Parameters<Chain['signTypedData']>) => chain.signTypedData(...args),
    send: async (request: ContractCall) => (await chain.send(request)).hash,
    wait: (hash: Hex, abi: readonly unknown[], options: { confirmations?: number }) =>
      chain.transaction(hash, abi).wait(options),
    async fetch(url: string, init: RequestInit) {
      onRequest(init.method ?? 'GET', new URL(url).pathname, child);
      const answer = await net.fetch(url, init);
      return { status: answer.status, headers: [...answer.headers], bytes: new Uint8Array(await answer.arrayBuffer()) };
    },
  };
  return new Promise((resolve, reject) => {
    child.on('message', (message: Question | { readonly links: string[] }) => {
      if ('links' in message) return resolve(message.links);
      const { id, method, args } = message;
      const reply = (answer: Answer) => child.connected && child.send(answer, () => undefined);
      Promise.resolve(does[method]?.(...(args as never[]))).then(
        (value) => reply({ id, value }),
        (error: unknown) => reply({ id, error: String(error) }),
      );
    });
    child.once('exit', (code, signal) =>
      signal === 'SIGKILL' ? resolve(undefined) : reject(new Error(`exit ${code}`)),
    );
    const { deployment, chain: model } = net;
    const { epochLength } = model.genesis.rules;
    child.send({ ...errand, chainId, account, deployment, epochLength } satisfies Start);
  });
}

async function child(start: Start): Promise<void> {
  const { chainId, deployment, epochLength } = start;
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  process.on('message', ({ id, value, error }: Answer) => {
    if (error === undefined) waiting.get(id)?.resolve(value as never);
    else waiting.get(id)?.reject(new Error(error));
  });
  let count = 0;
  const ask = <T>(method: string, ...args: unknown[]): Promise<T> =>
    new Promise((resolve, reject) => {
      waiting.set(++count, { resolve, reject });
      process.send?.({ id: count, method, args } satisfies Question);
    });
  const sent = (hash: Hex, abi: readonly unknown[]): SentTransaction => ({
    hash,
    wait: ({ confirmations } = {}) => ask('wait', hash, abi, confirmations === undefined ? {} : { confirmations }),
  });
  const chain: Chain = {
    chainId,
    account: start.account,
    block: (at) => ask('block', at),
    call: (request, options) => ask('call', request, options),
    logs: (query) => ask('logs', query),
    balance: (address) => ask('balance', address),
    estimate: (request) => ask('estimate', request),
    signTypedData: (data) => ask('signTypedData', data),
    send: async (request) => sent(await ask('send', request), request.abi),
    transaction: sent,
  };
  const fetchThere: typeof fetch = async (input, init = {}) => {
    const { method = 'GET', headers, body } = init;
    const bytes =
      body === undefined || body === null ? {} : { body: new Uint8Array(await new Response(body).arrayBuffer()) };
    const request = { method, headers: [...new Headers(headers)], ...bytes };
    const answer = await ask<{ status: number; headers: [string, string][]; bytes: Uint8Array<ArrayBuffer> }>(
      'fetch',
      String(input),
      request,
    );
    const { status } = answer;
    return new Response(status === 204 || status === 304 ? null : answer.bytes, { status, headers: answer.headers });
  };
  const known = { chain, deployment, fetch: fetchThere };
  const links = await main(
    {
      alice: (_, options) => Alice.open({ ...known, ...(options as { keyring: never }) }),
      bob: (_, options) => Bob.open({ ...known, ...(options as { keyring: never }) }),
      in: (seconds) => Math.floor(Date.now() / 1_000) + atMost(seconds, epochLength),
    },
    start.folder,
    start.card,
    start.file,
    start.password,
  );
  process.send?.({ links }, () => process.disconnect());
}

if (import.meta.main) process.once('message', (start: Start) => void child(start));
