/** Forgetting everything that this app keeps in this browser. Owns: where that is. */

/** Names that the app gives to what it keeps: databases, and entries of localStorage (wagmi's hold who was connected). */
const ours = /^(dintel|wagmi)/;

/**
 * Erases it, and leaves for the front page. The person's worker must have ended, or its databases stay until it has. Until the page is
 * gone it still renders, and what it notes meanwhile (the chain it sees, who is connected) goes with it.
 */
export async function forgetEverything(): Promise<void> {
  const names = (await indexedDB.databases()).flatMap(({ name = '' }) => (ours.test(name) ? [name] : []));
  await Promise.all(names.map(erase));
  eraseEntries();
  addEventListener('pagehide', eraseEntries);
  location.assign('/');
}

function eraseEntries(): void {
  for (const key of Object.keys(localStorage)) if (ours.test(key)) localStorage.removeItem(key);
}

const erase = (name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error(`${name} could not be erased.`));
  });
