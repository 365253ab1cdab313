#!/usr/bin/env node
/*
 * Plain JavaScript on purpose: it says which Node it needs before it loads anything that an older one cannot read.
 * From the repository `npx dintel` finds the right one by itself.
 */
const needed = 24;
const found = Number(process.versions.node.split('.')[0]);
if (found < needed) {
  process.stderr.write(`dintel needs Node ${needed} or newer; this is Node ${process.versions.node}.\n`);
  process.stderr.write('In its repository run it as `npx dintel`, which uses the Node that npm installed.\n');
  process.exit(3);
}

// Sources in the repository, compiled files in the published package.
const { existsSync } = await import('node:fs');
const compiled = new URL('../cli/main.js', import.meta.url);
const entry = existsSync(compiled) ? compiled : new URL('../cli/main.ts', import.meta.url);
const { main } = await import(entry.href);
process.exitCode = await main(process.argv.slice(2));
