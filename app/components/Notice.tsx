import type { ReactNode } from 'react';
import { Dial } from './Dial';

/** A word to the reader in place of a page or a panel's body: what is (not) there and, as `action`, what to do next. */
export function Notice({
  title,
  children,
  action,
  tone = 'plain',
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly tone?: 'plain' | 'attention' | 'loss';
}) {
  const colour = { plain: 'text-ink', attention: 'text-amber', loss: 'text-brick' }[tone];
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-14 text-center" role="status">
      <Dial shares={5} threshold={3} lit={0} size={44} />
      <h2 className={`text-balance font-semibold text-lg ${colour}`}>{title}</h2>
      {children !== undefined && <div className="max-w-prose text-balance text-quiet">{children}</div>}
      {action !== undefined && <div className="mt-2 flex flex-wrap justify-center gap-3">{action}</div>}
    </div>
  );
}
