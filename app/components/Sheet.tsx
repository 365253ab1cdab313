'use client';

import { type ReactNode, useEffect, useId, useRef } from 'react';
import { frameTexts } from '../i18n/frame';
import { useText } from '../i18n/useText';
import { Icon } from './Icon';

/** A dialog: a card in the middle of a wide window, a sheet at the foot of a narrow one. Escape and the backdrop close it. */
export function Sheet({
  open,
  onClose,
  title,
  children,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const t = useText(frameTexts);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onClose={onClose}
      // A click on the backdrop is a click on the dialog itself; the keyboard has Escape.
      onPointerDown={(event) => {
        if (event.target === dialog.current) dialog.current.close();
      }}
      className="sheet overflow-y-auto border border-line bg-raised text-ink"
    >
      {open && (
        <div className="p-5 sm:p-6">
          <div className="mb-4 flex items-start justify-between gap-4">
            <h2 id={heading} className="font-semibold text-lg">
              {title}
            </h2>
            <button
              type="button"
              aria-label={t('close')}
              className="-m-2 rounded-lg p-2 text-quiet hover:text-ink"
              onClick={() => dialog.current?.close()}
            >
              <Icon name="cross" />
            </button>
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}
