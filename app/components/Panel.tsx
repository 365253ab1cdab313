import type { ReactNode } from 'react';

/** A titled section on a card: what a screen is made of. `note` stands right of the title; `empty` replaces an empty body. */
export function Panel({
  title,
  note,
  empty,
  children,
}: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly empty?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <section className="rounded-card border border-line bg-raised">
      <header className="flex flex-wrap items-baseline justify-between gap-x-4 border-line border-b px-5 py-3">
        <h2 className="font-semibold text-base">{title}</h2>
        {note !== undefined && <p className="text-quiet text-sm">{note}</p>}
      </header>
      {empty === undefined ? children : <p className="px-5 py-8 text-quiet">{empty}</p>}
    </section>
  );
}
