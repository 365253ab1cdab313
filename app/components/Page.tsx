import type { ReactNode } from 'react';

/** The head of a page: its title, one sentence, and what can be done. */
export function PageHead({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-4">
      <div className="max-w-2xl">
        <h1 className="text-balance font-semibold text-2xl leading-tight sm:text-3xl">{title}</h1>
        {children !== undefined && <p className="mt-2 text-pretty text-quiet">{children}</p>}
      </div>
      {action !== undefined && <div className="flex flex-wrap gap-2">{action}</div>}
    </header>
  );
}
