/** Tabs that hear of each other's locks. */
import { expect, it } from 'vitest';
import { sharedLock } from '../../../app/session/sharedLock.ts';

it('reaches every other tab of the same vault, not the one that tells, and nobody who has ended', async () => {
  const heard: string[] = [];
  const tab = (name: string, vault = 'default') => sharedLock(vault, () => void heard.push(name));
  const [here, there, gone, other] = [tab('here'), tab('there'), tab('gone'), tab('other', 'another')];
  gone.end();
  here.tell();
  await expect.poll(() => heard).toEqual(['there']);
  there.tell();
  await expect.poll(() => heard).toEqual(['there', 'here']);
  for (const one of [here, there, other]) one.end();
});
