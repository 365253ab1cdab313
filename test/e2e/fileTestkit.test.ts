/** The testkit of the file format in headless Chromium, whose WebCrypto and streams are others than Node's. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openScriptPage, type ScriptPage } from './scriptPage.ts';

const folder = new URL('../vectors/files/', import.meta.url);
const texts = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

let script: ScriptPage;
beforeAll(async () => {
  script = await openScriptPage(`
    import { faultsByRange, faultsByStream, parseVector } from './test/protocol/fileTestkit.ts';
    globalThis.run = async (texts) => {
      const found = [];
      for (const [name, text] of texts) {
        const vector = parseVector(name, text);
        const faults = [...(await faultsByStream(vector)), ...(await faultsByRange(vector))];
        if (faults.length > 0) found.push([name, ...faults].join(' '));
      }
      return found;
    };
  `);
});
afterAll(() => script?.close());

it('finds in every vector what Node finds', async () => {
  expect(texts.length).toBeGreaterThan(150);
  expect(await script.page.evaluate(`run(${JSON.stringify(texts)})`)).toEqual([]);
  expect(script.faults).toEqual([]);
});
