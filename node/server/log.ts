/**
 * Structured logs: a short message and fields, one JSON object per line. Owns: the line. Owns not: where it goes.
 * Fields are never bodies, ids of policies, readers, keys or URLs with credentials; a request is known by its request id.
 */

/** Who takes messages. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Lines as `{"time":…,"level":…,"message":…,…}` to `write`. */
export function jsonLog(write: (line: string) => void, now: () => Date = () => new Date()): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void =>
      write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** For tests and for `--json` commands that own their output. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
