import type { ReactNode } from 'react';
import { Dial } from './Dial';

/** A whole-page word to the reader: nothing to show yet, or nothing that can be shown. */
export function Notice({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-start justify-center gap-4 px-6" role="status">
      <Dial shares={5} threshold={3} lit={0} size={48} />
      <h1 className="font-semibold text-2xl">{title}</h1>
      <p className="text-quiet">{children}</p>
    </main>
  );
}
