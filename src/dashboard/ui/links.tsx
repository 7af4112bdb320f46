/** Links to what other views show. */
import { linkTo } from '../shell/location.ts';

export const cellPath = (computation: string, date: string): string =>
  `/cell/${encodeURIComponent(computation)}/${date}`;

export const CellLink = ({ computation, date }: { readonly computation: string; readonly date: string }) => (
  <a href={linkTo(cellPath(computation, date))}>
    {computation}@{date}
  </a>
);

/** Of `rsi-14@2001-01-31`, as answers name a cell. */
export function NamedCell({ cell }: { readonly cell: string }) {
  const at = cell.lastIndexOf('@');
  return <CellLink computation={cell.slice(0, at)} date={cell.slice(at + 1)} />;
}

export const RunLink = ({ id }: { readonly id: string }) => (
  <a href={linkTo(`/runs/${encodeURIComponent(id)}`)}>{id}</a>
);

export const TaskLink = ({ id, text = id }: { readonly id: string; readonly text?: string }) => (
  <a href={linkTo(`/tasks/${encodeURIComponent(id)}`)}>{text}</a>
);
