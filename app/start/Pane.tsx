import type { ReactNode } from 'react';

/** One person's side of the story. */
export function Pane({
  name,
  role,
  gone = false,
  children,
}: {
  readonly name: string;
  readonly role: string;
  readonly gone?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <section
      aria-label={name}
      className={`flex min-h-[26rem] flex-col rounded-card border border-line p-5 ${gone ? 'border-dashed bg-transparent' : 'bg-raised'}`}
    >
      <header className="mb-5">
        <h2 className="font-semibold text-xl leading-tight">{name}</h2>
        <p className="text-quiet text-sm">{role}</p>
      </header>
      {children}
    </section>
  );
}
