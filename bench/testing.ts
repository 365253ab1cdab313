/**
 * What `dintel/testing` costs: a network of five nodes, then grants of 2 of 3 and their retrievals, one after another on one
 * thread. Run: `npx node bench/testing.ts [--json] [--count 100]`.
 */
import { parseArgs } from 'node:util';
import { Bob, heldFile } from 'dintel';
import { createTestNetwork } from 'dintel/testing';

/** Units: milliseconds; `cpuMs` of this process for all of it, which a busy machine does not change. */
export interface TestingRow {
  readonly count: number;
  readonly startMs: number;
  readonly grantMs: number;
  readonly retrieveMs: number;
  readonly cpuMs: number;
}

/** Times of a network's start, and of `count` grants and retrievals in all. */
export async function benchTesting(count: number): Promise<TestingRow> {
  let last = performance.now();
  const before = process.cpuUsage();
  const lap = () => {
    const since = last;
    last = performance.now();
    return last - since;
  };
  const net = await createTestNetwork();
  const alice = await net.alice();
  const bob = await net.bob();
  const startMs = lap();
  const plaintext = new TextEncoder().encode('hello');
  const file = await heldFile(alice.encrypt([plaintext], { label: 'bench', name: 'hello.txt' }));
  lap();
  const links: string[] = [];
  const card = bob.card();
  for (let i = 0; i < count; i += 1) {
    const terms = { threshold: 2, shares: 3, until: net.in(86_400) };
    const grant = await alice.grant({ to: card, label: 'bench', files: [file], ...terms });
    links.push(grant.link());
  }
  const grantMs = lap();
  for (const link of links) {
    // A Bob of its own each time: one Bob keeps what was verified.
    const fresh = await Bob.open({ ...net.options, keyring: net.keyring('bob'), chain: net.account('bob') });
    const got = await fresh.retrieve({ from: link });
    if ((await got.files[0]?.bytes())?.length !== plaintext.length) throw new Error('another plaintext came back');
  }
  const { user, system } = process.cpuUsage(before);
  return { count, startMs, grantMs, retrieveMs: lap(), cpuMs: (user + system) / 1_000 };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, count: { type: 'string', default: '100' } } });
  const row = await benchTesting(Number(values.count));
  if (values.json === true) console.log(JSON.stringify(row));
  else {
    const { count, startMs, grantMs, retrieveMs, cpuMs } = row;
    console.log(`network of five nodes: ${startMs.toFixed(0)} ms`);
    console.log(`${count} grants, 2 of 3: ${grantMs.toFixed(0)} ms, ${(grantMs / count).toFixed(1)} ms each`);
    console.log(`${count} retrievals: ${retrieveMs.toFixed(0)} ms, ${(retrieveMs / count).toFixed(1)} ms each`);
    console.log(`processor: ${(cpuMs / count).toFixed(1)} ms for a grant and its retrieval`);
  }
}
