/**
 * `dintel ursula run`: serve until told to stop. Owns: signals and the boot log. Owns not: the node (node/ursula.ts).
 * Source: DESIGN section 8; research/reliability.md C30, F-04.
 */
import { Option } from 'commander';
import { requireField } from '../../config/configFile.ts';
import { maskUrl, parseHost, parsePort } from '../../config/parse.ts';
import { jsonLog, type Log, type LogFields } from '../../server/log.ts';
import { openReader } from '../access.ts';
import { action, type CommonOptions, type Context, commandFor, dataPath, examples } from '../common.ts';
import { json, processFacts } from '../output.ts';
import { openNode } from './open.ts';

interface RunOptions extends CommonOptions {
  readonly port?: number;
  readonly host?: string;
  readonly metricsPort?: number;
}

export function runCommand() {
  return commandFor('ursula', 'run', 'Serve until stopped', ['password', 'chain'])
    .addOption(new Option('--port <port>', 'instead of the configured one').argParser(parsePort))
    .addOption(new Option('--host <host>', 'instead of the configured one').argParser(parseHost))
    .addOption(new Option('--metrics-port <port>', 'loopback port of /metrics').argParser(parsePort))
    .addHelpText(
      'after',
      `${examples('dintel ursula run --password-file /run/secrets/dintel', 'dintel ursula run --metrics-port 9152')}
Logs go to standard error: lines on a terminal, JSON elsewhere. SIGTERM, SIGINT and SIGHUP stop it within 5 seconds;
a second one stops it at once. With --json one object is printed when it serves.
`,
    )
    .action(action<RunOptions>(run));
}

async function run({ options, out }: Context<RunOptions>): Promise<void> {
  const { config, keystore } = await openNode(options);
  const node = requireField(config, 'node', 'dintel ursula stake names the wallet, or init it with --node ADDRESS');
  const { rpcUrls, deployment } = await openReader(options, config); // says by code what is wrong with the chain
  const log = process.stderr.isTTY === true ? plainLog() : jsonLog((line) => process.stderr.write(line));
  const metricsPort = options.metricsPort ?? config.metricsPort;
  log.info('starting', { pid: process.pid, home: options.home, rpc: rpcUrls.map(maskUrl).join(' ') });
  const signals = listenForSignals();
  try {
    const { startUrsula } = await import('../../ursula.ts'); // the whole server, for this command only
    const running = await startUrsula({
      home: dataPath(options.home),
      deployment,
      node,
      keystore,
      rpcUrls,
      host: options.host ?? config.host ?? '127.0.0.1',
      port: options.port ?? requireField(config, 'port', 'give --port'),
      depth: config.depth ?? 1,
      log,
      ...(metricsPort === undefined ? {} : { metricsPort }),
      ...(config.cors === undefined ? {} : { cors: config.cors }),
      ...(config.trustedProxies === undefined ? {} : { trustedProxies: config.trustedProxies }),
      ...(config.settleFactor === undefined ? {} : { settleFactor: config.settleFactor }),
      ...(config.storageBytes === undefined ? {} : { storageBytes: config.storageBytes }),
      ...(config.policyStorageBytes === undefined ? {} : { policyStorageBytes: config.policyStorageBytes }),
    });
    if (out.isJson)
      process.stdout.write(`${json({ ok: true, url: running.url, port: running.port, node, ...processFacts() })}\n`);
    log.info('stopping', { signal: await signals.first });
    await running.stop();
  } catch (error) {
    signals.ignore();
    throw error;
  } finally {
    keystore.wipe();
  }
  // Whatever still holds the loop (an idle connection to the RPC) has nothing left to do.
  setTimeout(() => process.exit(0), 200).unref();
}

/**
 * The first signal, as a promise. The second ends the process at once, as does the fifth second after the first; the database
 * is safe at any moment.
 */
function listenForSignals(): { readonly first: Promise<string>; ignore(): void } {
  const names = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  let resolve: (name: string) => void = () => undefined;
  const first = new Promise<string>((settle) => {
    resolve = settle;
  });
  let isFirst = true;
  const onSignal = (name: string): void => {
    if (!isFirst) process.exit(0);
    isFirst = false;
    resolve(name);
    setTimeout(() => process.exit(0), 5_000).unref();
  };
  for (const name of names) process.on(name, onSignal);
  // A node that a program started over an IPC channel goes with that program, however it ended.
  process.on('disconnect', () => onSignal('disconnect'));
  return {
    first,
    ignore: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/** For a person: time, message, fields. */
function plainLog(): Log {
  const line =
    (mark: string) =>
    (message: string, fields: LogFields = {}) => {
      const rest = Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ');
      process.stderr.write(`${new Date().toTimeString().slice(0, 8)} ${mark} ${message.padEnd(18)} ${rest}\n`);
    };
  return { info: line(' '), warn: line('!'), error: line('✗') };
}
