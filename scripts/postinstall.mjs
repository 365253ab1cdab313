/**
 * Completes an install that npm left unfinished, in two ways that were seen. Runs on any Node from 18 on.
 *
 * 1. npm 10 removes the optional packages of other platforms after it has linked commands, and with each of them the command
 *    it would have had: `.bin/node` goes away with the Node of another processor. `npm rebuild` links it again. Without
 *    it `npm run` falls back to the system's Node in silence.
 * 2. npm silently drops optional packages whose `engines` reject the Node that runs npm (Hardhat's native part asks for Node 22,
 *    Debian's npm runs on Node 20). A second, scriptless install run by the pinned Node completes the tree. The probe is a
 *    child process because Node caches a failed resolution.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const npm = process.env.npm_execpath;
const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
const bin = join('node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const pinned = Object.keys(optionalDependencies).find((name) => existsSync(join('node_modules', name, 'package.json')));
if (npm !== undefined && pinned !== undefined && !existsSync(bin)) {
  spawnSync(process.execPath, [npm, 'rebuild', pinned, ...quietly], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (!existsSync(bin))
    console.error(`dintel: the Node of ${pinned} was not linked; run this once: npm rebuild ${pinned}`);
}

const node = existsSync(bin) && process.platform !== 'win32' ? bin : process.execPath;
const probe = () => spawnSync(node, ['-e', "require('@nomicfoundation/edr')"], { stdio: 'ignore' }).status === 0;
if (!probe() && npm !== undefined) {
  spawnSync(node, [npm, 'install', '--no-save', ...quietly], { stdio: 'inherit' });
  if (!probe()) {
    console.error("dintel: Hardhat's native part (@nomicfoundation/edr) did not install; `npm run demo` needs it.");
    console.error('        Remedy: run `npm install` again with Node 22 or newer.');
  }
}
