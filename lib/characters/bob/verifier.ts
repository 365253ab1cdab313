/**
 * Checking answers somewhere else than where they arrive: each costs milliseconds of curve work, which a page had better do in its
 * own Worker.
 *
 * Owns: what travels to a verifier and back, over any `postMessage`. Owns not: the equations (lib/umbral), starting a Worker (the
 * page, which has its own way to bundle one). Source: research/app-sdk.md 1.1.
 *
 *   // worker.ts                                        // page
 *   import { serveVerifier } from 'dintel';             const worker = new Worker(new URL('worker.ts', import.meta.url), …);
 *   serveVerifier(self);                                await Bob.open({ …, verifier: workerVerifier(worker) });
 */
import { DintelError, ProtocolError } from '../../protocol/errors.ts';
import { Capsule } from '../../umbral/capsule.ts';
import { CapsuleFrag } from '../../umbral/capsuleFrag.ts';
import { ready } from '../../umbral/engine/current.ts';
import { UmbralError } from '../../umbral/errors.ts';
import { PublicKey } from '../../umbral/keys.ts';

/** One node's answer, all public. Shape: 98, 359 and 33 bytes; a cfrag for each capsule. */
export interface VerifyJob {
  readonly capsules: readonly Uint8Array[];
  readonly cfrags: readonly Uint8Array[];
  readonly verifyingKey: Uint8Array;
  readonly delegatingKey: Uint8Array;
  readonly receivingKey: Uint8Array;
}

/** Whom Bob believes as himself. */
export interface AnswerVerifier {
  /** For each cfrag the check that it fails, or undefined if all of them hold. Throws only if it cannot do its work. */
  verify(job: VerifyJob, signal?: AbortSignal): Promise<readonly (string | undefined)[]>;
}

/** The work itself. Throws `parse` for capsules and keys that are none: these come from Bob. */
export function verifyAnswers(job: VerifyJob): readonly (string | undefined)[] {
  const keys = {
    verifyingKey: PublicKey.fromBytes(job.verifyingKey),
    delegatingKey: PublicKey.fromBytes(job.delegatingKey),
    receivingKey: PublicKey.fromBytes(job.receivingKey),
  };
  return job.capsules.map((bytes, i) => {
    const capsule = Capsule.fromBytesSimple(bytes);
    try {
      CapsuleFrag.fromBytesSimple(job.cfrags[i] ?? new Uint8Array()).verify(capsule, keys);
      return undefined;
    } catch (error) {
      if (error instanceof UmbralError) return error.code;
      throw error;
    }
  });
}

/** The part of a Worker, a MessagePort or a worker's own scope that is needed. */
export interface MessageEnd {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** A verifier at the other end of a Worker or port. Its answers are believed: hand in only what runs your own code. */
export function workerVerifier(worker: MessageEnd): AnswerVerifier {
  const open = new Map<number, (answer: Answer) => void>();
  let last = 0;
  worker.addEventListener('message', ({ data }) => {
    const answer = data as Answer;
    open.get(answer.id)?.(answer);
  });
  return {
    verify: async (job, signal) => {
      const id = ++last;
      const stopped = (): ProtocolError => new ProtocolError('ABORTED', { cause: signal?.reason });
      if (signal?.aborted) throw stopped();
      let onAbort: (() => void) | undefined;
      try {
        const answer = await new Promise<Answer>((resolve, reject) => {
          onAbort = () => reject(stopped());
          signal?.addEventListener('abort', onAbort, { once: true });
          open.set(id, resolve);
          worker.postMessage({ id, job });
        });
        if (answer.faults) return answer.faults;
        throw new DintelError('E_INTERNAL', { details: `The verifier failed: ${answer.error ?? 'without a reason'}.` });
      } finally {
        open.delete(id);
        if (onAbort) signal?.removeEventListener('abort', onAbort);
      }
    },
  };
}

/** The worker's half: answers every job that comes. */
export function serveVerifier(scope: MessageEnd): void {
  const answer = async ({ id, job }: { readonly id: number; readonly job: VerifyJob }): Promise<Answer> => {
    try {
      await ready();
      return { id, faults: verifyAnswers(job) };
    } catch (error) {
      return { id, error: error instanceof Error ? error.name : 'unknown' };
    }
  };
  scope.addEventListener('message', ({ data }) => {
    void answer(data as Parameters<typeof answer>[0]).then((told) => scope.postMessage(told));
  });
}

interface Answer {
  readonly id: number;
  readonly faults?: readonly (string | undefined)[];
  readonly error?: string;
}
