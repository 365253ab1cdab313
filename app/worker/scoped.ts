/** A part of a journal: names get a prefix, so that what is sealed under several roots does not meet. Owns: that prefix. */
import type { Journal } from 'dintel';

export const scoped = (journal: Journal, prefix: string): Journal => ({
  get: (name) => journal.get(prefix + name),
  put: (name, bytes) => journal.put(prefix + name, bytes),
  delete: (name) => journal.delete(prefix + name),
  names: async (start) => (await journal.names(prefix + start)).map((name) => name.slice(prefix.length)),
});
