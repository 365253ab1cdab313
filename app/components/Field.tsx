'use client';

import { type InputHTMLAttributes, type ReactNode, useId } from 'react';

/** One line of text with its label, and what helps to fill it in. */
export function Field({
  label,
  hint,
  className = '',
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { readonly label: string; readonly hint?: ReactNode }) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-quiet text-sm">
        {label}
      </label>
      <input
        id={id}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="min-h-11 w-full rounded-[10px] border border-edge/60 bg-paper px-3 text-ink placeholder:text-quiet"
        {...rest}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1.5 text-quiet text-sm">
          {hint}
        </p>
      )}
    </div>
  );
}
