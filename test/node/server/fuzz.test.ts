/**
 * Bodies from a grammar and from byte mutations against the real server: every answer is a refusal with a code of ours, nothing
 * is E_INTERNAL, no secret is used, and a good request is served afterwards. Source: reliability.md section 3, [fz] rows.
 * `FUZZ_RUNS` raises the number for nightly runs; the seed is printed by fast-check when something fails.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeBody, isWireCode, type RouteName, routes } from '../../../lib/protocol/index.ts';
import { call, post, type Served, serve } from './harness.ts';

const numRuns = Number(process.env.FUZZ_RUNS ?? 150);

describe('fuzzed bodies', () => {
  let served: Served;
  let good: Readonly<Record<'reencrypt' | 'acks' | 'reservations', Uint8Array>>;
  beforeAll(async () => {
    served = await serve({ world: { ursula: { perReader: { burst: 1e6, perSecond: 1e6 } } } });
    const { world } = served;
    // Made once and never sent whole: only their mutants are.
    good = {
      reencrypt: encodeBody('reencrypt', world.request()),
      acks: encodeBody('acks', world.ackBody({ until: 1 })),
      reservations: encodeBody('reservations', world.reservation([{ id: '00'.repeat(32), size: 5_000 }])),
    };
  });
  afterAll(() => served.stop());

  const route = fc.constantFrom('reencrypt', 'acks', 'reservations');
  const send = async (name: RouteName, body: string | Uint8Array): Promise<void> => {
    const reply = await post(served.server.url + routes[name].path, body);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status, reply.text).not.toBe(500);
    expect(isWireCode(String(reply.json?.code)), reply.text).toBe(true);
    expect(reply.text).not.toContain(served.world.operatorKey.toSecretBytes().toString());
  };

  it('one byte changed, cut, put in or repeated', async () => {
    await fc.assert(
      fc.asyncProperty(
        route,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer({ min: 0, max: 255 }),
        fc.constantFrom('change', 'cut', 'insert', 'repeat'),
        async (name, where, byte, how) => {
          const bytes = [...good[name]];
          const at = Math.floor(where * bytes.length);
          if (how === 'change') bytes[at] = bytes[at] === byte ? byte ^ 1 : byte;
          if (how === 'cut') bytes.length = at;
          // White space between tokens is lawful and changes nothing.
          if (how === 'insert') bytes.splice(at, 0, [0x20, 0x09, 0x0a, 0x0d].includes(byte) ? 0x21 : byte);
          if (how === 'repeat') bytes.push(...bytes.slice(at));
          await send(name, Uint8Array.from(bytes));
        },
      ),
      { numRuns },
    );
  });

  it('one member replaced by anything', async () => {
    await fc.assert(
      fc.asyncProperty(route, fc.nat(), fc.json({ maxDepth: 3 }), async (name, pick, replacement) => {
        const value = JSON.parse(new TextDecoder().decode(good[name])) as unknown;
        const places: (() => void)[] = [];
        collect(value, (holder, key) => {
          places.push(() => {
            holder[key] = JSON.parse(replacement) as unknown;
          });
        });
        const before = JSON.stringify(value);
        places[pick % places.length]?.();
        if (JSON.stringify(value) !== before) await send(name, JSON.stringify(value));
      }),
      { numRuns },
    );
  });

  it('any JSON at all, and any bytes at all', async () => {
    await fc.assert(fc.asyncProperty(route, fc.oneof(fc.json(), fc.uint8Array({ maxLength: 300 })), send), { numRuns });
  });

  it('used no secret, failed nowhere inside, and serves', async () => {
    expect(served.internal).toEqual([]);
    expect(served.world.used.operator).toBe(0);
    expect((await call(served, 'reencrypt', served.world.request())).status).toBe(200);
  });
});

/** Every place of a JSON value that can be replaced. */
function collect(
  value: unknown,
  visit: (holder: Record<string | number, unknown>, key: string | number) => void,
): void {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string | number, unknown>;
  for (const key of Object.keys(value)) {
    visit(holder, key);
    collect(holder[key], visit);
  }
}
