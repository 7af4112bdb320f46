/** Something as it was sent, to be read and copied. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface Props {
  readonly title: string;
  readonly value: unknown;
  readonly onClose?: () => void;
  readonly children?: ComponentChildren;
}

export function Raw({ title, value, onClose, children }: Props) {
  return (
    <aside class="note details" aria-label={title}>
      <div class="split">
        <h2>{title}</h2>
        {onClose === undefined ? null : (
          <button type="button" class="plain" aria-label="Close" onClick={onClose}>
            ✕
          </button>
        )}
      </div>
      {children}
      <Json value={value} />
    </aside>
  );
}

export function Json({ value }: { readonly value: unknown }) {
  const [isCopied, setCopied] = useState(false);
  const text = JSON.stringify(value, undefined, 2);
  return (
    <div class="raw">
      <button
        type="button"
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
        onMouseLeave={() => setCopied(false)}
      >
        {isCopied ? 'Copied' : 'Copy'}
      </button>
      <pre>{text}</pre>
    </div>
  );
}
