/** Navigation: the views, by wing. */
import { linkTo, path } from './location.ts';
import { ROUTES } from './routes.ts';

export function Side() {
  const here = path.value;
  return (
    <nav class="side" aria-label="Views">
      {(['Mill', 'Meter'] as const).map((group) => (
        <section key={group}>
          <h2>{group}</h2>
          {ROUTES.filter((route) => route.group === group).map((route) => {
            const isHere =
              route.path === '/'
                ? here === '/' || here.startsWith('/cell/')
                : here === route.path || here.startsWith(`${route.path}/`);
            return (
              <a
                key={route.path}
                href={linkTo(route.path)}
                title={`${route.about ?? ''} (g ${route.key ?? ''})`}
                aria-current={isHere ? 'page' : undefined}
              >
                {route.title}
              </a>
            );
          })}
        </section>
      ))}
    </nav>
  );
}
