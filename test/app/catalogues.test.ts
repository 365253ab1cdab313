/** Words of the app: every catalogue names the same values in each line of each language. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { say, type Texts } from '../../app/i18n/texts.ts';

const root = join(import.meta.dirname, '../..');
const valuesOf = (line: string): string[] => [...line.matchAll(/\{(\w+)/g)].map((match) => match[1] as string).sort();

/** Whatever a file of the app exports as `texts(…)`, by its name. */
async function catalogues(): Promise<readonly (readonly [string, Texts<string>])[]> {
  const files = globSync('app/**/*.ts', { cwd: root }).filter((file) =>
    readFileSync(join(root, file), 'utf8').includes('= texts('),
  );
  const modules = await Promise.all(files.map((file) => import(join(root, file)) as Promise<Record<string, unknown>>));
  return modules
    .flatMap((module) => Object.entries(module))
    .filter((entry): entry is [string, Texts<string>] => {
      const [, value] = entry;
      return typeof value === 'object' && value !== null && 'en' in value && 'es' in value;
    });
}

it.each(await catalogues())('%s', (_, { en, es }) => {
  for (const [key, line] of Object.entries(en)) {
    expect([key, valuesOf(es[key] ?? '')]).toEqual([key, valuesOf(line)]);
    // Nothing is left open when all of them are given.
    const values = Object.fromEntries(valuesOf(line).map((name) => [name, 2]));
    expect(say('en', line, values)).not.toMatch(/[{}]/);
    expect(say('es', es[key] ?? '', values)).not.toMatch(/[{}]/);
  }
});

it('there are many', async () => {
  expect((await catalogues()).length).toBeGreaterThan(15);
});
