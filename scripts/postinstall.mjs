/**
 * Completes an install that npm left without Hardhat's native part.
 *
 * npm silently drops optional packages whose `engines` reject the Node that runs npm (EDR asks for Node 22, Debian's
 * npm runs on Node 20). Inside a lifecycle script `node` is already the one pinned in package.json, so a second, scriptless
 * install run by it completes the tree. The probe is a child process because Node caches a failed resolution.
 */
import { spawnSync } from 'node:child_process';

const probe = () =>
  spawnSync(process.execPath, ['-e', "require('@nomicfoundation/edr')"], { stdio: 'ignore' }).status === 0;

if (!probe() && process.env.npm_execpath !== undefined) {
  spawnSync(
    process.execPath,
    [
      process.env.npm_execpath,
      'install',
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    { stdio: 'inherit' },
  );
  if (!probe()) {
    console.error("dintel: Hardhat's native part (@nomicfoundation/edr) did not install; `npm run demo` needs it.");
    console.error('        Remedy: run `npm install` again with Node 22 or newer.');
  }
}
