/**
 * Errors that a person at a terminal meets before anything crosses the wire: configuration, keys, disk, lock, chain at start.
 * Owns: their codes, the exit code of each cause. Owns not: the REST codes (lib/protocol) nor their sentences.
 * Source: research/reliability.md section 3, rows C01 to C30.
 */

/** Exit codes by cause; a script may branch on them. */
export const exitCodes = {
  ok: 0,
  refused: 1,
  usage: 2,
  config: 3,
  key: 4,
  chain: 5,
  storage: 6,
  network: 7,
} as const;

export type ExitCause = Exclude<keyof typeof exitCodes, 'ok'>;

/** Which cause each code has. A code never changes its cause, except E_PERMS, which takes that of the file it is about. */
const causeOf = {
  E_USAGE: 'usage',
  E_PORT: 'usage',
  E_HOST: 'usage',
  E_URL: 'usage',
  E_AMOUNT: 'usage',
  E_DURATION: 'usage',
  E_PASSWORD_ARGV: 'usage',
  E_INPUT: 'usage',
  E_CONFIG: 'config',
  E_CONFIG_VERSION: 'config',
  E_PERMS: 'config',
  E_RPC_URL: 'config',
  E_ADDRESS: 'config',
  E_PORT_IN_USE: 'config',
  E_PORT_DENIED: 'config',
  E_EXISTS: 'config',
  E_KEYSTORE: 'key',
  E_KEYSTORE_FORMAT: 'key',
  E_KDF_BOUNDS: 'key',
  E_PASSWORD: 'key',
  E_PASSWORD_WEAK: 'key',
  E_MNEMONIC: 'key',
  E_WALLET_KEY: 'key',
  E_CHAIN: 'chain',
  E_CHAIN_ID: 'chain',
  E_NO_CONTRACT: 'chain',
  E_ABI: 'chain',
  E_FUNDS: 'chain',
  E_DATA_DIR: 'storage',
  E_LOCKED: 'storage',
  E_SCHEMA_NEWER: 'storage',
  E_DB_CORRUPT: 'storage',
  E_DB_FOREIGN: 'storage',
  E_STORAGE: 'storage',
  E_REFUSED: 'refused',
  E_NETWORK: 'network',
} as const satisfies Record<string, ExitCause>;

export type OperatorErrorCode = keyof typeof causeOf;

/** `message`: what was expected and what came; `cure`: the one thing to do now. Neither ever contains a secret. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly code: OperatorErrorCode;
  readonly exitCause: ExitCause;
  readonly cure: string | undefined;

  constructor(
    code: OperatorErrorCode,
    message: string,
    options: { cure?: string; cause?: unknown; exitCause?: ExitCause } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCause = options.exitCause ?? causeOf[code];
    this.cure = options.cure;
  }

  get exitCode(): number {
    return exitCodes[this.exitCause];
  }
}

/** A command has said all that there is to say and found something wrong: only the exit code is left. */
export class AlreadyTold extends Error {
  override readonly name = 'AlreadyTold';
  readonly exitCode = exitCodes.refused;
}

/** The `code` of a Node.js system error such as ENOENT, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
