/**
 * Questions to a person at a terminal: open, hidden, yes or no. Without a terminal every one of them is an error that names
 * the option to use instead. Owns: the terminal. Owns not: which answers are good.
 */
import { createInterface } from 'node:readline/promises';
import { OperatorError } from '../config/operatorError.ts';

/** Can a person be asked at all? */
export function isAtTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

function needTerminal(what: string, instead: string): void {
  if (!isAtTerminal()) {
    throw new OperatorError('E_USAGE', `${what} is needed, and there is no terminal to ask at`, { cure: instead });
  }
}

/** `instead`: what to do where nobody can be asked. */
export async function ask(question: string, instead: string, preset?: string): Promise<string> {
  needTerminal(question, instead);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = (await lines.question(`${question}${preset === undefined ? '' : ` [${preset}]`}: `)).trim();
    return answer === '' && preset !== undefined ? preset : answer;
  } finally {
    lines.close();
  }
}

/** Throws E_REFUSED for anything but yes. */
export async function confirm(question: string): Promise<void> {
  const answer = await ask(`${question} (yes/no)`, 'add --yes to agree beforehand');
  if (!/^(y|yes)$/i.test(answer)) throw new OperatorError('E_REFUSED', 'not agreed; nothing was done');
}

/** Typed without being shown. Ctrl-C and Ctrl-D end the process as they would anywhere. */
export function askHidden(question: string, instead: string): Promise<string> {
  needTerminal(question, instead);
  const { stdin, stderr } = process;
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (end: () => void): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      end();
    };
    const onData = (data: Buffer): void => {
      for (const character of data.toString('utf8')) {
        if (character === '\r' || character === '\n') {
          finish(() => resolve(typed));
          return;
        }
        if (character === '\u0003' || character === '\u0004') {
          finish(() => reject(new OperatorError('E_REFUSED', 'stopped at the question; nothing was done')));
          return;
        }
        typed =
          character === '\u007f' || character === '\b' ? Array.from(typed).slice(0, -1).join('') : typed + character;
      }
    };
    stderr.write(`${question}: `);
    stdin.setRawMode(true);
    stdin.resume();
    stdin.on('data', onData);
  });
}
