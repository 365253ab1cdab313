/**
 * A role's configuration: one JSON file of mode 0600 in its home, since an RPC URL may hold a key.
 * Owns: its fields, versions, errors that name line and key. Owns not: keystores, data. Source: research/reliability.md C14 to C17.
 */
import { join } from 'node:path';
import type { Address, Deployment } from 'dintel/chain';
import { deploymentOf } from './deployment.ts';
import { OperatorError } from './operatorError.ts';
import { parseAccount, parseAddressRange, parseHost, parsePort, parsePublicUrl, parseRpcUrl } from './parse.ts';
import { readSecretFile, writeSecretFile } from './secretFile.ts';

const version = 1;

/** All optional but what a role insists on; see {@link requireField}. */
export interface Config {
  readonly rpc?: readonly string[];
  readonly deployment?: Deployment;
  /** Ursula: stake wallet that the node works for. */
  readonly node?: Address;
  /** Ursula: where she listens, and how others reach her. */
  readonly host?: string;
  readonly port?: number;
  readonly url?: string;
  /** Ursula: loopback port of /metrics; absent = none. */
  readonly metricsPort?: number;
  /** Creation depth c, in blocks. */
  readonly depth?: number;
  /** Ursula: bytes of chunks kept for all policies together. */
  readonly storageBytes?: number;
  /** Ursula: bytes of chunks kept for any one policy; absent = an eighth of all. */
  readonly policyStorageBytes?: number;
  /** Ursula: how many times its gas the settling of a running policy must pay. */
  readonly settleFactor?: number;
  /** Ursula: origins that browsers may ask from; absent = all. */
  readonly cors?: readonly string[];
  /** Ursula: addresses or ranges of reverse proxies whose X-Forwarded-For is believed; absent = none. */
  readonly trustedProxies?: readonly string[];
}

const configPath = (home: string): string => join(home, 'config.json');

/** Errors: E_CONFIG (missing, malformed, unknown key, with line and key), E_CONFIG_VERSION, E_PERMS, E_RPC_URL, E_ADDRESS. */
export async function readConfig(home: string, role: string): Promise<Config> {
  const path = configPath(home);
  const bytes = await readSecretFile(path, {
    what: 'config',
    code: 'E_CONFIG',
    exitCause: 'config',
    cure: `make one with: dintel ${role} init`,
  });
  return parseConfig(new TextDecoder().decode(bytes), path);
}

/** As `readConfig`, but an absent file is an empty configuration. */
export async function readConfigIfAny(home: string, role: string): Promise<Config> {
  try {
    return await readConfig(home, role);
  } catch (error) {
    const isMissing =
      error instanceof OperatorError && error.code === 'E_CONFIG' && error.message.endsWith('does not exist');
    if (isMissing) return {};
    throw error;
  }
}

export async function writeConfig(home: string, config: Config): Promise<void> {
  await writeSecretFile(configPath(home), `${JSON.stringify({ version, ...config }, null, 2)}\n`);
}

/** A field that the command cannot do without. Throws E_CONFIG. */
export function requireField<Name extends keyof Config>(
  config: Config,
  name: Name,
  cure: string,
): NonNullable<Config[Name]> {
  const value = config[name];
  if (value === undefined || value === null) {
    throw new OperatorError('E_CONFIG', `the configuration has no ${name}`, { cure });
  }
  return value;
}

const fields: { readonly [Name in keyof Config]-?: (value: unknown) => Config[Name] } = {
  rpc: (value) => list(value).map(parseRpcUrl),
  deployment: (value) => deploymentOf(value, 'deployment'),
  node: (value) => parseAccount(value, 'node'),
  host: (value) => parseHost(String(value)),
  port: (value) => parsePort(String(value)),
  url: (value) => parsePublicUrl(String(value)),
  metricsPort: (value) => parsePort(String(value)),
  depth: (value) => wholeNumber(value),
  storageBytes: (value) => wholeNumber(value),
  policyStorageBytes: (value) => wholeNumber(value),
  settleFactor: (value) => multiple(value),
  cors: (value) => list(value),
  trustedProxies: (value) => list(value).map(parseAddressRange),
};

function parseConfig(text: string, path: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const place = cause instanceof Error ? /\(line (\d+)/.exec(cause.message)?.[1] : undefined;
    const line = place ?? String(text.trimEnd().split('\n').length);
    throw new OperatorError('E_CONFIG', `config ${path} line ${line}: not valid JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OperatorError('E_CONFIG', `config ${path} line 1: expected an object`);
  }
  const { version: found, ...members } = value as Record<string, unknown>;
  if (typeof found === 'number' && found > version) {
    throw new OperatorError(
      'E_CONFIG_VERSION',
      `config ${path} is of version ${found}, this dintel knows up to ${version}`,
      {
        cure: 'use the newer dintel that wrote it',
      },
    );
  }
  if (found !== version)
    throw new OperatorError('E_CONFIG', `config ${path} line ${lineOf(text, 'version')}: version: expected ${version}`);
  const config: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    const at = `config ${path} line ${lineOf(text, name)}: ${name}`;
    if (!Object.hasOwn(fields, name)) {
      throw new OperatorError('E_CONFIG', `${at}: unknown key; known are ${Object.keys(fields).join(', ')}`);
    }
    try {
      config[name] = fields[name as keyof Config](member);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      const code = error.exitCause === 'config' ? error.code : 'E_CONFIG';
      throw new OperatorError(code, `${at}: ${error.message}`, { cause: error });
    }
  }
  return config;
}

function lineOf(text: string, name: string): number {
  const place = text.indexOf(JSON.stringify(name));
  return place < 0 ? 1 : text.slice(0, place).split('\n').length;
}

function list(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every((item) => typeof item === 'string')) {
    throw new OperatorError('E_CONFIG', 'expected a list of texts');
  }
  return value;
}

function multiple(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1_000_000)) {
    throw new OperatorError('E_CONFIG', 'expected a number from 0 to 1000000');
  }
  return value;
}

function wholeNumber(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new OperatorError('E_CONFIG', 'expected a whole number of at least 0');
  }
  return value;
}
