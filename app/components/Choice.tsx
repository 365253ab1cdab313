'use client';

import { useId } from 'react';

/** One of a few, all in sight: radio buttons that look like one switch. */
export function Choice<T extends string | number>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-quiet text-sm">{label}</legend>
      <div className="inline-flex max-w-full flex-wrap gap-1 rounded-[10px] border border-line bg-sunk p-1">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex min-h-9 cursor-pointer items-center rounded-[7px] border border-transparent px-3 text-sm has-checked:border-line has-checked:bg-raised has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-teal"
          >
            <input
              type="radio"
              name={name}
              className="sr-only"
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
