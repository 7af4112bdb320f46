/** A dialog over the page. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface Props {
  readonly title: string;
  /** Without a heading. */
  readonly isBare?: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** The browser's own: it keeps the focus, and Escape closes it. */
export function Dialog({ title, isBare = false, onClose, children }: Props) {
  const place = useRef<HTMLDialogElement>(null);
  // Open before the next key comes, and before what is in it takes the focus.
  useLayoutEffect(() => {
    const dialog = place.current;
    if (dialog?.open === false) dialog.showModal();
  }, []);
  return (
    <dialog
      ref={place}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === place.current) onClose();
      }}
    >
      {isBare ? null : (
        <h2 class="split">
          <span>{title}</span>
          <button type="button" class="plain" aria-label="Close" onClick={onClose}>
            ✕
          </button>
        </h2>
      )}
      {children}
    </dialog>
  );
}
