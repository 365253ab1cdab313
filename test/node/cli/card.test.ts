/** `dintel bob card`: one card in three forms, and a code that a camera can read. */
import { join } from 'node:path';
import { readCard } from 'dintel/protocol';
import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { qrLines } from '../../../node/cli/qr.ts';
import { scratchFolder } from '../support/scratch.ts';
import { dintelHere, type Ended, secretFile } from './dintel.ts';

const address = (digit: string) => `0x${digit.repeat(40)}`;
const deployment = {
  ...{ chainId: 31_337, token: address('1'), escrow: address('2'), policyManager: address('3') },
  ...{ keyRegistry: address('4'), adjudicator: address('5'), deployedBlock: 0 },
};
/** `bob card` in a home of its own. */
async function homeOfBob(): Promise<(...args: string[]) => Promise<Ended>> {
  const folder = scratchFolder();
  const home = ['--home', join(folder, 'bob'), '--password-file', secretFile(folder, 'pw', 'a password for tests')];
  const contracts = secretFile(folder, 'contracts.json', JSON.stringify(deployment));
  expect((await dintelHere(['bob', 'init', ...home, '--deployment', contracts])).status).toBe(0);
  return (...args) => dintelHere(['bob', 'card', ...home, ...args]);
}

/** What a camera sees: true for dark, two modules in each character. */
function modules(lines: readonly string[]): boolean[][] {
  return lines.flatMap((line) => {
    const cells = [...line.replace('\x1b[30;107m', '').replace('\x1b[0m', '')];
    return [cells.map((cell) => '█▀'.includes(cell)), cells.map((cell) => '█▄'.includes(cell))];
  });
}

describe('dintel bob card', () => {
  it('says the same as text, link and code', async () => {
    const card = await homeOfBob();
    const { json } = await card('--name', 'Bob', '--origin', 'https://app.example/', '--json');
    const forms = json as unknown as Record<'card' | 'link' | 'qr' | 'fingerprint', string>;
    expect(forms.link).toMatch(/^https:\/\/app\.example\/add#c1\./);
    expect(forms.qr).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
    for (const form of [forms.card, forms.link, forms.qr]) {
      expect(readCard(form)).toMatchObject({ name: 'Bob', chainId: 31_337 });
      expect(readCard(form)).toEqual(readCard(forms.card));
    }
    expect(forms.fingerprint.split(' ')).toHaveLength(6);
  });

  it('draws the code where it is looked at, and keeps a pipe plain', async () => {
    const card = await homeOfBob();
    const piped = (await card()).stdout.split('\n');
    expect(piped[0]).toMatch(/^dintel:card:1\./);
    expect(piped.join('')).not.toContain('\x1b');
    const drawn = (await card('--qr')).stdout.split('\n').filter((line) => line.startsWith('\x1b[30;107m'));
    expect(drawn.length).toBeGreaterThan(30);
    expect(new Set(drawn.map((line) => line.length)).size).toBe(1);
    expect((await card('--no-qr')).stdout).not.toContain('\x1b');
  });
});

describe('a code in a terminal', () => {
  it('has light around it, three corners that a camera finds, and every module of the code', () => {
    for (const text of ['A', 'DINTEL:CARD:1.ABC', 'X'.repeat(400)]) {
      const { data, size } = encode(text, { border: 3 });
      const seen = modules(qrLines(text));
      // An odd number of rows leaves one more of light.
      expect(seen.slice(0, size)).toEqual(data);
      expect(seen.slice(size).flat()).not.toContain(true);
      expect(seen.slice(0, 3).flat()).not.toContain(true);
      const finder = (x: number, y: number) =>
        seen.slice(y, y + 7).map((row) =>
          row
            .slice(x, x + 7)
            .map(Number)
            .join(''),
        );
      const corner = ['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111'];
      expect([finder(3, 3), finder(size - 10, 3), finder(3, size - 10)]).toEqual([corner, corner, corner]);
    }
  });
});
