/**
 * A worker thread: opens shares and re-encrypts, one task at a time, so that the main thread never waits for the curve.
 * Owns: the thread's loop. Owns not: the mathematics and its order (dintel/ursula, ShareWorker) and queueing (pool.ts).
 */
import { parentPort } from 'node:worker_threads';
import { isWireCode, ProtocolError } from 'dintel/protocol';
import { ready as engineReady } from 'dintel/umbral';
import { ShareWorker } from 'dintel/ursula';
import { ready, type Task, type TaskFailure, type TaskResult } from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('this file is started as a worker thread by pool.ts');

const shares = new ShareWorker();
// Also when nobody asks for anything: the share of a policy that is over must not wait for another's request.
setInterval(() => shares.forgetIdle(), 60_000).unref();

port.on('message', (task: Task) => {
  const used = { seal: 0, kfrag: 0, operator: 0 };
  try {
    const cfrags = shares.run(task.job, task.secret, (use) => {
      used[use] += 1;
    });
    port.postMessage({ id: task.id, used, cfrags } satisfies TaskResult);
  } catch (error) {
    port.postMessage({ id: task.id, used, failure: failureOf(error) } satisfies TaskResult);
  } finally {
    task.secret.fill(0);
  }
});

void engineReady().then(() => port.postMessage(ready));

function failureOf(error: unknown): TaskFailure {
  if (error instanceof ProtocolError && isWireCode(error.code)) {
    const { code, details, field, data } = error;
    return {
      code,
      ...(details === undefined ? {} : { details }),
      ...(field === undefined ? {} : { field }),
      ...(data === undefined ? {} : { data }),
    };
  }
  return { code: 'E_INTERNAL', log: error instanceof Error ? (error.stack ?? error.message) : 'not an Error' };
}
