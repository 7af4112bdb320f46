/**
 * Where the processor time of a fused no-op cell goes: V8's CPU profiles of every process of a day of five layers, by kind of process and by
 * what the samples were taken in. Profiling takes time of its own, so the columns are to be compared with each other, not with `cells`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureCells } from './daymill-cells.ts';

const ROUNDS = 4;

type CpuProfile = Profiler.Profile;
type Frame = Pick<Profiler.ProfileNode['callFrame'], 'functionName' | 'url'>;

/** The first that fits the innermost frame that any fits has the sample. */
const KINDS: readonly (readonly [kind: string, fits: (frame: Frame) => boolean])[] = [
  ['garbage collection', ({ functionName }) => functionName === '(garbage collector)'],
  [
    'async hooks of domains',
    ({ url, functionName }) =>
      /^node:(?:domain|internal\/async_hooks)/u.test(url) || functionName === 'registerDestroyHook',
  ],
  ['loading of modules', ({ url }) => /node:internal\/modules|node:internal\/vm/u.test(url)],
  ['zstd', ({ url }) => url === 'node:zlib'],
  ['hashing', ({ url }) => url.startsWith('node:internal/crypto')],
  ['canonical JSON', ({ url }) => url.endsWith('src/values/canonical.ts')],
  ['SQLite', ({ url }) => url.endsWith('src/emulators/state.ts')],
  [
    'protobuf',
    ({ url, functionName }) =>
      /protobufjs|proto-loader|firestore\/(?:wire|encode-fields|protocol)\.ts/u.test(url) ||
      /\$(?:encode|decode|fromObject|toObject)$/u.test(functionName),
  ],
  ["Google's Firestore client", ({ url }) => url.includes('@google-cloud/firestore')],
  ['gRPC and HTTP/2', ({ url }) => /grpc-js|google-gax|http2/u.test(url)],
  ['log', ({ url }) => /\/pino\/|sonic-boom|log-entry\.ts|readline/u.test(url)],
  ['schemas', ({ url }) => url.includes('/zod/')],
  ['emulated Firestore', ({ url }) => url.includes('src/emulators/firestore')],
  [
    'HTTP, Pub/Sub and workflow',
    ({ url }) => /_http|express|body-parser|raw-body|node-fetch|undici|src\/emulators|cloudevents/u.test(url),
  ],
  ['watchdog', ({ url }) => url.includes('src/mill/worker')],
  ['sizes of documents', ({ url }) => /google\/(?:sizes|measured-batch)/u.test(url)],
  ['documents to and from nouns', ({ url }) => url.includes('src/google')],
  ['planning', ({ url }) => /src\/mill\/(?:planning|steps\/dispatch|lifecycle)/u.test(url)],
  ['making cells', ({ url }) => /src\/mill\/(?:steps|execution|model|ports)|src\/process/u.test(url)],
];
const REST = 'the rest of Node';

/** Prints a table in Markdown: microseconds a cell. */
export async function benchCellsProfile(): Promise<void> {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const folder = mkdtempSync(join(tmpdir(), 'daymill-profiles-'));
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `${before ?? ''} --cpu-prof --cpu-prof-dir=${folder}`.trim();
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    const rounds = await measureCells({ shape: 'layers', size: { computations: 50, days: 100 }, rounds: ROUNDS });
    const { profile } = await session.post('Profiler.stop');
    const cells = rounds.reduce((sum, one) => sum + one.cells, 0);
    print(
      tableOf([['emulators', profile], ...readdirSync(folder).map((file) => profileOf(join(folder, file)))], cells),
    );
  } finally {
    session.disconnect();
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Named by the function that it served. */
function profileOf(file: string): readonly [process: string, CpuProfile] {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const served = profile.nodes.map(({ callFrame }) =>
    /(?:functions\/([a-z-]+)|http\/([a-z]+)-function)\.ts$/u.exec(callFrame.url)?.slice(1).find(Boolean),
  );
  const target = served.find((name) => name === 'work' || name === 'dispatch');
  return [target ?? 'others', profile];
}

function tableOf(profiles: readonly (readonly [string, CpuProfile])[], cells: number): string {
  const processes = ['work', 'emulators', 'dispatch', 'others'];
  const spent = new Map<string, number>();
  const add = (process: string, kind: string, micros: number): void => {
    for (const key of [`${process} ${kind}`, `${process} all`, `all ${kind}`, 'all all'])
      spent.set(key, (spent.get(key) ?? 0) + micros);
  };
  for (const [process, profile] of profiles) for (const [kind, micros] of kindsOf(profile)) add(process, kind, micros);
  const line = (name: string, kind: string): string =>
    `| ${[name, ...['all', ...processes].map((one) => Math.round((spent.get(`${one} ${kind}`) ?? 0) / cells))].join(' | ')} |`;
  const kinds = [...KINDS.map(([kind]) => kind), REST].toSorted(
    (a, b) => (spent.get(`all ${b}`) ?? 0) - (spent.get(`all ${a}`) ?? 0),
  );
  return [
    `| µs a cell | all | ${processes.join(' | ')} |`,
    `|---|${'--:|'.repeat(processes.length + 1)}`,
    line('all', 'all'),
    ...kinds.map((kind) => line(kind, kind)),
  ].join('\n');
}

function kindsOf({ nodes, samples = [], timeDeltas = [] }: CpuProfile): Map<string, number> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const kindOfNode = new Map<number, string | undefined>();
  const kindOf = (id: number): string | undefined => {
    if (kindOfNode.has(id)) return kindOfNode.get(id);
    const frame = byId.get(id)?.callFrame;
    const own = frame === undefined ? undefined : KINDS.find(([, fits]) => fits(frame))?.[0];
    const parent = parents.get(id);
    const kind = own ?? (parent === undefined ? REST : kindOf(parent));
    kindOfNode.set(id, kind);
    return kind;
  };
  const spent = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const frame = byId.get(id)?.callFrame;
    if (frame === undefined || frame.functionName === '(idle)') continue;
    const kind = kindOf(id) ?? REST;
    spent.set(kind, (spent.get(kind) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return spent;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
