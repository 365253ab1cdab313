import type { ReactNode } from 'react';

/** A raised piece of a page, with room inside. */
export function Card({ children, className = '' }: { readonly children: ReactNode; readonly className?: string }) {
  return <section className={`rounded-card border border-line bg-raised p-5 sm:p-6 ${className}`}>{children}</section>;
}
