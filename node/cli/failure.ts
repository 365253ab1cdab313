/**
 * Any error as what a person or a script gets: a code, a sentence, a cure, an exit code.
 * Owns: which code has which exit. Owns not: the codes and sentences (lib/protocol/codes, config/operatorError).
 */

import { CommanderError } from 'commander';
import { isRevert, revertSentence } from 'dintel/chain';
import { DintelError, ProtocolError } from 'dintel/protocol';
import { type ExitCause, exitCodes, OperatorError, systemCode } from '../config/operatorError.ts';

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly cure: string | undefined;
  readonly exitCode: number;
  /** Small facts for scripts, as the reason of each node. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

/** Stopped by Ctrl-C: what shells expect. */
const interrupted = 130;

const causes: Readonly<Record<Exclude<ExitCause, 'config' | 'refused'>, readonly string[]>> = {
  usage: [
    'E_ADDRESS',
    'E_BOND_CODE',
    'E_CARD',
    'E_DURATION',
    'E_HEX',
    'E_LABEL',
    'E_LINK',
    'E_SHARES_MAX',
    'E_THRESHOLD',
    'E_TYPE',
    'E_FIELD',
  ],
  key: ['KEY_LOCKED', 'E_WORDS'],
  chain: ['CHAIN_MISMATCH', 'INSUFFICIENT_FUNDS'],
  storage: ['STORAGE_REFUSED'],
  network: [
    'THRESHOLD_NOT_MET',
    'NOT_ENOUGH_NODES',
    'NODE_UNREACHABLE',
    'NODE_TIMEOUT',
    'NODE_BAD_PROOF',
    'STORAGE_NOT_FOUND',
    'STORAGE_CORRUPT',
    'E_BUSY',
    'E_CHAIN_STALE',
    'E_CHUNK',
    'E_RATE',
    'E_STOPPING',
    'E_TIMEOUT',
  ],
};

export function failureOf(error: unknown): Failure {
  if (error instanceof OperatorError) {
    return { code: error.code, message: error.message, cure: error.cure, exitCode: error.exitCode, data: undefined };
  }
  if (error instanceof CommanderError) {
    return failure('E_USAGE', error.message.replace(/^error: /, ''), 'usage', 'see --help');
  }
  if (error instanceof DintelError) return dintelFailure(error);
  const system = systemFailure(error);
  if (system !== undefined) return system;
  const name = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return failure(
    'E_INTERNAL',
    `a fault of dintel itself: ${name}`,
    'refused',
    'run it again with DINTEL_DEBUG=1 and report what it says',
  );
}

function dintelFailure(error: DintelError): Failure {
  const { code } = error;
  const exitCode = code === 'ABORTED' ? interrupted : exitCodes[causeOfCode(code)];
  const about = isRevert(error)
    ? revertSentence(error.revert)
    : [error.shortMessage, error.details].filter(Boolean).join(' ');
  const got =
    error.expected === undefined || isRevert(error) ? '' : ` Expected ${error.expected}, got ${error.got ?? 'none'}.`;
  return {
    code,
    message: about + got,
    cure: undefined,
    exitCode,
    data: {
      ...(error.field === undefined ? {} : { field: error.field }),
      ...(isRevert(error) ? { revert: error.revert.name, args: error.revert.args } : {}),
      ...(error instanceof ProtocolError ? error.data : {}),
      ...('reasons' in error ? { reasons: error.reasons } : {}),
      retryable: error.retryable,
    },
  };
}

function causeOfCode(code: string): ExitCause {
  if (code.startsWith('chain.')) return 'chain';
  for (const [cause, codes] of Object.entries(causes)) if (codes.includes(code)) return cause as ExitCause;
  return 'refused';
}

/** What the operating system said no to. */
function systemFailure(error: unknown): Failure | undefined {
  const code = systemCode(error);
  const message = error instanceof Error ? error.message : '';
  const isListening = typeof error === 'object' && error !== null && 'syscall' in error && error.syscall === 'listen';
  const { address, port } = isListening ? (error as { address?: string; port?: number }) : {};
  switch (code) {
    case 'EADDRINUSE':
      return failure(
        'E_PORT_IN_USE',
        `port ${port} of ${address} is in use`,
        'config',
        'stop what listens there, or choose another port',
      );
    case 'EADDRNOTAVAIL':
      return failure('E_HOST', `this machine has no address ${address}`, 'usage', 'listen on 127.0.0.1 or 0.0.0.0');
    case 'EACCES':
    case 'EPERM':
      return isListening
        ? failure(
            'E_PORT_DENIED',
            `port ${port} needs a right that this user lacks`,
            'config',
            'choose a port above 1023',
          )
        : failure('E_INPUT', message, 'usage', undefined);
    case 'ENOENT':
    case 'EISDIR':
    case 'ENOTDIR':
      return failure('E_INPUT', message, 'usage', undefined);
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EIO':
    case 'EROFS':
      return failure('E_STORAGE', message, 'storage', 'free some space and run it again');
    case 'ABORT_ERR':
      return { code: 'ABORTED', message: 'stopped as asked', cure: undefined, exitCode: interrupted, data: undefined };
    default:
      return undefined;
  }
}

function failure(code: string, message: string, cause: ExitCause, cure: string | undefined): Failure {
  return { code, message, cure, exitCode: exitCodes[cause], data: undefined };
}
