/** The handle of a row that opens. */
import type { ComponentChildren } from 'preact';
import './opener.css';

interface Props {
  readonly isOpen: boolean;
  readonly onTurn: () => void;
  readonly children: ComponentChildren;
}

export const Opener = ({ isOpen, onTurn, children }: Props) => (
  <button
    type="button"
    class="plain opener"
    aria-expanded={isOpen}
    onClick={(event) => {
      event.stopPropagation();
      onTurn();
    }}
  >
    <span class="quiet" aria-hidden="true">
      {isOpen ? '▾' : '▸'}
    </span>
    {children}
  </button>
);
