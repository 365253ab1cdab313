/**
 * A person's worker: the only place where keys are, and where everything is encrypted, signed, asked and opened. One worker is one
 * person; to end it is to forget the keys.
 *
 * Owns: calls, their abort, progress and faults; the door back to the wallet in the page. Owns not: what the methods do (`person.ts`).
 */
import { faultOf } from './fault.ts';
import type { Fault, ToPage, ToWorker } from './messages.ts';
import { type CallContext, openPerson, type PersonDoor } from './person.ts';

const send = (message: ToPage): void => self.postMessage(message);

let person: Promise<PersonDoor> | undefined;
const running = new Map<number, AbortController>();
const asked = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
let questions = 0;

/** Asks the wallet in the page. */
const ask = (call: number, method: string, params: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const id = ++questions;
    asked.set(id, { resolve, reject });
    send({ ask: id, call, method, params });
  });

/** The call that the wallet is asked for; calls that act on chain are made one at a time by the page. */
let acting = 0;

async function answer({ call, method, args, acts, polled }: Extract<ToWorker, { method: string }>): Promise<void> {
  const controller = new AbortController();
  running.set(call, controller);
  if (acts) acting = call;
  const door = await person?.catch(() => undefined);
  // A vault that a poll kept open would never lock itself; work that somebody began keeps it open until it is done.
  const touch = () => (polled ? undefined : door?.touch());
  const context: CallContext = {
    signal: controller.signal,
    onProgress: (progress) => {
      touch();
      send({ call, progress });
    },
  };
  try {
    touch();
    const one = await (await person)?.method(method);
    if (one === undefined) throw new Error(`There is no method ${method}.`);
    send({ call, result: await one(args, context) });
  } catch (error) {
    send({ call, fault: faultOf(error) });
  } finally {
    running.delete(call);
  }
}

self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  if ('begin' in message) {
    const askWallet = (method: string, params: unknown) => ask(acting, method, params);
    // What was opened lies in this worker's memory: the page ends it, and begins another that is locked.
    person = openPerson(message.begin, askWallet, () => send({ locked: true }));
    // Whoever calls hears of a failure; nobody has to before.
    person.catch(() => undefined);
  } else if ('call' in message) {
    void answer(message);
  } else if ('touch' in message) {
    person?.then((one) => one.touch()).catch(() => undefined);
  } else if ('abort' in message) {
    running.get(message.abort)?.abort();
  } else {
    const waiting = asked.get(message.answer);
    asked.delete(message.answer);
    if (message.fault === undefined) waiting?.resolve(message.result);
    else waiting?.reject(walletError(message.fault));
  }
});

/** A wallet's refusal as viem expects it: JSON-RPC codes are numbers. */
function walletError(fault: Fault): Error {
  const number = Number(fault.code);
  return Object.assign(new Error(fault.message), {
    code: Number.isInteger(number) ? number : fault.code,
    data: fault.data,
  });
}
