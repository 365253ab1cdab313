'use client';

import { useTask } from '../hooks/useTask';
import type { Session } from '../session/session';
import type { Opened } from '../worker/receiving';

type Picker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;

/** Saves an opened file: straight to the disk where the browser can, else by a blob, which the browser keeps until it is saved. */
export function useSave(session: Session) {
  const task = useTask();
  const start = (opened: Opened, index: number) =>
    task.run(async (signal) => {
      const file = opened.files[index];
      if (file === undefined) return;
      const { handle } = opened;
      const pick = (window as { showSaveFilePicker?: Picker }).showSaveFilePicker;
      if (pick !== undefined && file.size > 8 * 1024 * 1024) {
        const to = await pick({ suggestedName: file.name }).catch((error: unknown) => {
          // Closing the dialog is no fault.
          if (error instanceof DOMException && error.name === 'AbortError') return undefined;
          throw error;
        });
        if (to !== undefined) await session.call('save', { handle, index, to }, { signal });
        return;
      }
      const blob = await session.call('read', { handle, index }, { signal });
      const url = session.urlOf(blob);
      const link = document.createElement('a');
      link.href = url;
      link.download = file.name;
      link.click();
      setTimeout(() => session.revoke(url), 60_000);
    });
  return { ...task, start };
}
