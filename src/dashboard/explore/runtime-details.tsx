/** A component: what it says of itself, and its last figures. */
import { linkTo, setQuery } from '../shell/location.ts';
import { count, time } from '../ui/format.ts';
import { Facts } from './facts.tsx';
import { figure } from './figures.ts';
import type { Heard } from './runtime-live.ts';
import type { Runtime } from './runtime-rows.ts';

const PLAIN = { unit: 'none', isRate: false } as const;

export function RuntimeDetails({ runtime, heard }: { readonly runtime: Runtime; readonly heard: Heard }) {
  const { runtime_id: id } = runtime;
  const figures = heard.figures.value.get(id) ?? {};
  const series = `{__name__=~"runtime_.+", runtime_id="${id}"}`;
  return (
    <aside class="note details" aria-label={runtime.name}>
      <div class="split">
        <h2>{runtime.name}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={() => setQuery({ id: undefined })}>
          ✕
        </button>
      </div>
      <Facts
        facts={[
          ['Id', <code>{id}</code>],
          ['Status', `${runtime.status} since ${time(runtime.status_since)}`],
          ['Registered', time(runtime.registered_at)],
          ['Address', runtime.base_url],
          ['Capacity', runtime.capacity === undefined ? undefined : `${count(runtime.capacity)} jobs at once`],
          ['Can do', runtime.capabilities.join(', ') || 'nothing said'],
          ...Object.entries(runtime.labels),
        ]}
      />
      <h3>Figures</h3>
      <Facts
        facts={Object.entries(figures)
          .filter(([key]) => key !== 'last_heartbeat')
          .map(([key, value]) => [key, figure(value, PLAIN)] as const)}
      />
      {Object.keys(runtime.runtime_info).length === 0 ? null : (
        <pre>{JSON.stringify(runtime.runtime_info, undefined, 2)}</pre>
      )}
      <p>
        <a href={linkTo('/explore', { q: series })}>Its heartbeats as plots</a>
      </p>
    </aside>
  );
}
