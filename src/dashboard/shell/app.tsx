/** The page around a view: navigation, days, what is live, the palette; and the view of the path. */
import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import { ProblemNote } from '../ui/note.tsx';
import { Boundary } from './boundary.tsx';
import { Banner } from './banner.tsx';
import { Header } from './header.tsx';
import { bindKeys } from './keys.ts';
import { KeyList, isKeyListOpen } from './key-list.tsx';
import { go, linkTo, path } from './location.ts';
import { Palette, openPalette } from './palette.tsx';
import { match, ROUTES, type Route, type ViewProps } from './routes.ts';
import { Side } from './side.tsx';
import { nextTheme } from './theme.ts';
import { isPaused, useLive } from '../data/live.ts';
import { useProject } from '../data/use-project.ts';

export function App() {
  useLive();
  useKeys();
  const told = useProject();
  return (
    <div class="app">
      <a class="skip" href="#view">
        Skip to the view
      </a>
      <Header />
      <Side />
      <main id="view" tabIndex={-1}>
        <Banner />
        {told.problem !== undefined && told.data === undefined ? (
          <ProblemNote problem={told.problem} what="The project" />
        ) : told.data === undefined ? (
          <p class="quiet wait">Asking for the project…</p>
        ) : (
          <CurrentView />
        )}
      </main>
      <Palette />
      <KeyList />
    </div>
  );
}

function CurrentView() {
  const found = match(path.value);
  useEffect(() => {
    document.title = found === undefined ? 'Daymill' : `${titleOf(found.route, found.props)} · Daymill`;
  }, [path.value]);
  if (found === undefined)
    return (
      <div class="note">
        <h1>There is no view at {path.value}</h1>
        <p>
          <a href={linkTo('/')}>The grid</a> has every computation; Ctrl-K finds anything.
        </p>
      </div>
    );
  return (
    <Boundary key={found.route.path} at={path.value} what={found.route.title}>
      <Loaded route={found.route} props={found.props} />
    </Boundary>
  );
}

const titleOf = (route: Route, props: ViewProps): string =>
  [...Object.values(props).reverse(), route.title].slice(0, 2).join(' · ');

/** Views come when they are first wanted: the grid is there without the plots. */
const loaded = new Map<Route['load'], ComponentType<ViewProps>>();

function Loaded({ route, props }: { readonly route: Route; readonly props: ViewProps }) {
  const [, setCount] = useState(0);
  const [problem, setProblem] = useState<string>();
  const View = loaded.get(route.load);
  useEffect(() => {
    if (loaded.has(route.load)) return;
    route.load().then(
      ({ View: found }) => {
        loaded.set(route.load, found);
        setCount((count) => count + 1);
      },
      () => setProblem('This part of the page could not be loaded. The server may have a newer page: reload it.'),
    );
  }, [route]);
  if (problem !== undefined) return <p class="note warning">{problem}</p>;
  return View === undefined ? <p class="quiet wait">Loading…</p> : <View {...props} />;
}

function useKeys(): void {
  useEffect(
    () =>
      bindKeys([
        ...ROUTES.flatMap((route) =>
          route.key === undefined
            ? []
            : [{ keys: `g ${route.key}`, does: `go to ${route.title}`, run: () => go(linkTo(route.path)) }],
        ),
        { keys: 'Ctrl-k', does: 'find a computation, a day, a run, an action', run: openPalette },
        { keys: '?', does: 'this list', run: () => (isKeyListOpen.value = !isKeyListOpen.value) },
        { keys: 'p', does: 'pause or resume live updates', run: () => (isPaused.value = !isPaused.value) },
        { keys: 't', does: 'theme: system, light, dark', run: nextTheme },
        {
          keys: 'y',
          does: 'copy the link to what is shown',
          run: () => void navigator.clipboard.writeText(location.href),
        },
        { keys: '/', does: 'filter', run: () => document.querySelector<HTMLElement>('[data-filter]')?.focus() },
      ]),
    [],
  );
}
