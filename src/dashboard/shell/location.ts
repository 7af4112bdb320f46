/** Where the page is: path and query as signals, kept in step with the address bar. All state of a view that a link should carry lives here. */
import { computed, signal } from '@preact/signals';

const href = signal(here());

function here(): string {
  return `${location.pathname}${location.search}`;
}

export const path = computed(() => new URL(href.value, location.origin).pathname);
export const query = computed(() => new URL(href.value, location.origin).searchParams);

/** Goes there: as a step that Back undoes, or (`replace`) in place of this one, as while something is dragged. */
export function go(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (to === here()) return;
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  href.value = here();
}

/** This address with other values in its query; undefined and '' take one out. */
export function withQuery(changes: Readonly<Record<string, string | undefined>>, at = path.value): string {
  const params = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(changes))
    if (value === undefined || value === '') params.delete(name);
    else params.set(name, value);
  const text = params.toString();
  return text === '' ? at : `${at}?${text}`;
}

export const setQuery = (changes: Readonly<Record<string, string | undefined>>, options = { replace: true }): void =>
  go(withQuery(changes), options);

/** Days and theme go along from view to view, the rest belongs to the view that it was chosen in. */
const CARRIED = ['from', 'to', 'org'];

/** A link to another view. */
export function linkTo(to: string, more: Readonly<Record<string, string | undefined>> = {}): string {
  const params = new URLSearchParams();
  for (const name of CARRIED) {
    const value = query.value.get(name);
    if (value !== null) params.set(name, value);
  }
  for (const [name, value] of Object.entries(more)) if (value !== undefined && value !== '') params.set(name, value);
  const text = params.toString();
  return text === '' ? to : `${to}?${text}`;
}

/** Back, forward, and clicks on links of the page's own; a click with a key held does what the browser does. */
export function followLinks(): void {
  addEventListener('popstate', () => (href.value = here()));
  document.addEventListener('click', (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return;
    if (link.pathname.startsWith('/api/') || link.pathname === '/openapi.json') return;
    event.preventDefault();
    go(`${link.pathname}${link.search}`);
  });
}
