/** The command line that says the same as a panel. */
import { useState } from 'preact/hooks';

/** What to type for the same, to be copied. */
export function Command({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  return (
    <button
      type="button"
      class="command"
      data-command={text}
      title="Copy"
      onClick={copy}
      onMouseLeave={() => setCopied(false)}
    >
      <code>{text}</code>
      <span class="quiet" aria-live="polite">
        {isCopied ? 'copied' : 'copy'}
      </span>
    </button>
  );
}
