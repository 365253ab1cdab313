import Link from 'next/link';
import type { ButtonHTMLAttributes, MouseEvent, ReactNode } from 'react';

const base =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-[10px] border px-4 font-medium text-[0.95rem] leading-tight transition-colors duration-150 disabled:opacity-50 aria-disabled:opacity-50';
const kinds = {
  primary: 'border-teal bg-teal text-teal-ink hover:opacity-90',
  plain: 'border-line bg-raised text-ink hover:border-edge',
  quiet: 'border-transparent text-quiet hover:bg-sunk hover:text-ink',
  loss: 'border-brick bg-raised text-brick hover:bg-brick-wash',
} as const;

type ButtonKind = keyof typeof kinds;

const buttonClass = (kind: ButtonKind = 'plain', more = ''): string => `${base} ${kinds[kind]} ${more}`;

/** A button. `busy` keeps its width and its words, says so to readers and takes no second click. */
export function Button({
  kind = 'plain',
  busy = false,
  className = '',
  children,
  disabled,
  onClick,
  ...rest
}: Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'onClick'> & {
  readonly kind?: ButtonKind;
  readonly busy?: boolean;
  /** May take a while; what it throws must be caught inside (`useTask`). */
  readonly onClick?: ((event: MouseEvent<HTMLButtonElement>) => unknown) | undefined;
}) {
  return (
    <button
      type="button"
      {...rest}
      onClick={(event) => void onClick?.(event)}
      disabled={disabled === true || busy}
      aria-busy={busy}
      className={buttonClass(kind, className)}
    >
      {busy && <span aria-hidden="true" className="breathe size-2 rounded-full bg-current" />}
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink({
  href,
  kind = 'plain',
  className = '',
  children,
}: {
  readonly href: string;
  readonly kind?: ButtonKind;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <Link href={href} className={buttonClass(kind, className)}>
      {children}
    </Link>
  );
}
