import { describe, expect, it } from 'vitest';
import { InlineWork, type Reencryptor } from '../../../lib/characters/ursula/index.ts';
import { call, raw, serve } from './harness.ts';

/** Work that waits `ms` before it is done. */
const slowWork =
  (ms: number, onStart: () => void = () => undefined) =>
  (keys: ConstructorParameters<typeof InlineWork>[0]): Reencryptor => {
    const inline = new InlineWork(keys);
    return {
      retryAfterS: () => 1,
      reserve: (capsules) => {
        const place = inline.reserve(capsules);
        if (place === undefined) return undefined;
        return {
          release: () => place.release(),
          run: async (job) => {
            onStart();
            await new Promise((resolve) => setTimeout(resolve, ms));
            return place.run(job);
          },
        };
      },
    };
  };

describe('graceful stop', () => {
  it('F-04 C30 finishes what is in flight, refuses what comes, is gone in time', { timeout: 20_000 }, async () => {
    let started = 0;
    const work = slowWork(600, () => {
      started += 1;
    });
    const served = await serve({ world: { work, ursula: { perReader: { burst: 100, perSecond: 1 } } } });
    const inFlight = Array.from({ length: 20 }, () => call(served, 'reencrypt', served.world.request()));
    while (started < 20) await new Promise((resolve) => setTimeout(resolve, 10));
    const before = performance.now();
    const stopped = served.stop();
    for (const reply of await Promise.all(inFlight)) expect(reply.status).toBe(200);
    await stopped;
    expect(performance.now() - before).toBeLessThan(5_000);
    await expect(fetch(served.server.url)).rejects.toThrow();
  });

  it('cuts what hangs: slow sockets and work without end do not hold it up', { timeout: 20_000 }, async () => {
    const served = await serve({ world: { work: slowWork(60_000) } });
    const { port } = served.server;
    const hanging = [
      raw(port, 'GET /v1/info HTTP/1.1\r\n', 10_000),
      raw(port, '', 10_000),
      call(served, 'reencrypt', served.world.request()).catch(() => undefined),
    ];
    await new Promise((resolve) => setTimeout(resolve, 200));
    const started = performance.now();
    await served.stop();
    expect(performance.now() - started).toBeLessThan(5_000);
    await Promise.all(hanging);
  });
});
