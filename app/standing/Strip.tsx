import type { ReactNode } from 'react';
import { Icon } from '../components/Icon';

/** A word over the whole page, at its head: what is the matter, what it means, and one thing to do. */
export function Strip({
  kind,
  title,
  children,
  action,
}: {
  /** Which one it is, for tests. */
  readonly kind: string;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <section role="status" data-testid="standing" data-kind={kind} className="border-amber border-b bg-amber-wash">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-6 gap-y-3 px-4 py-3 sm:px-6">
        <Icon name="warn" className="text-amber max-sm:hidden" />
        <div className="min-w-0 flex-1 basis-72">
          <p className="font-semibold text-amber">{title}</p>
          <p className="text-pretty text-sm">{children}</p>
        </div>
        {action}
      </div>
    </section>
  );
}
