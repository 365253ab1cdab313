/** Words of the app's pages: each language names the same values in each line. */
import { expect, it } from 'vitest';
import { activityTexts } from '../../app/activity/texts.ts';
import { devTexts } from '../../app/dev/texts.ts';
import { glanceTexts } from '../../app/home/texts.ts';
import { say } from '../../app/i18n/texts.ts';
import { networkTexts } from '../../app/network/texts.ts';
import { operateTexts } from '../../app/operate/texts.ts';
import { settingsTexts } from '../../app/settings/texts.ts';

const valuesOf = (line: string): string[] => [...line.matchAll(/\{(\w+)/g)].map((match) => match[1] as string).sort();

it.each([
  ['network', networkTexts],
  ['operate', operateTexts],
  ['activity', activityTexts],
  ['dev', devTexts],
  ['glance', glanceTexts],
  ['settings', settingsTexts],
])('%s', (_, { en, es }) => {
  const spanish = es as Readonly<Record<string, string>>;
  for (const [key, line] of Object.entries(en)) {
    expect([key, valuesOf(spanish[key] ?? '')]).toEqual([key, valuesOf(line)]);
    // Nothing is left open when all of them are given.
    const values = Object.fromEntries(valuesOf(line).map((name) => [name, 2]));
    expect(say('en', line, values)).not.toMatch(/[{}]/);
    expect(say('es', spanish[key] ?? '', values)).not.toMatch(/[{}]/);
  }
});
