'use client';

import { useId, useState } from 'react';
import { bytes } from '../format';
import { Icon } from './Icon';

/** A place to drop a file or choose one; shows the one that is chosen. */
export function FilePicker({
  file,
  onFile,
  hint,
  choose,
}: {
  readonly file: File | undefined;
  readonly onFile: (file: File) => void;
  readonly hint: string;
  readonly choose: string;
}) {
  const id = useId();
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button inside is for everyone.
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const [dropped] = event.dataTransfer.files;
        if (dropped !== undefined) onFile(dropped);
      }}
      className={`flex flex-col gap-3 rounded-card border border-dashed px-4 py-5 ${over ? 'border-teal bg-teal-wash' : 'border-edge/50'}`}
    >
      {file !== undefined && (
        <p className="flex items-center gap-3">
          <span className="flex size-11 shrink-0 items-center justify-center rounded-[10px] bg-teal-wash text-teal">
            <Icon name="files" size={24} />
          </span>
          <span className="min-w-0">
            <span className="block truncate font-medium">{file.name}</span>
            <span className="block text-quiet text-sm">{bytes(file.size)}</span>
          </span>
        </p>
      )}
      <label
        htmlFor={id}
        className="cursor-pointer text-quiet text-sm underline decoration-line underline-offset-4 hover:text-ink has-focus-visible:outline-2 has-focus-visible:outline-teal"
      >
        <input
          id={id}
          type="file"
          className="sr-only"
          aria-label={choose}
          onChange={(event) => {
            const [picked] = event.target.files ?? [];
            if (picked !== undefined) onFile(picked);
          }}
        />
        {hint}
      </label>
    </div>
  );
}
