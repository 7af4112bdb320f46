/** What the page needs to know before anything else: the project as it is, and who asks. */
import { z } from 'zod';
import type { View, ViewPorts } from '../../../compose-view.ts';
import { ROLES } from '../../../meter/model/role.ts';
import { ALL, Pause } from '../../../mill/model/control.ts';
import { dayOf } from '../../../values/date.ts';
import type { Asked, Route } from '../../route.ts';
import { answered, daysOf, MILL } from './ask.ts';

const Project = z.object({
  name: z.string(),
  version: z.string(),
  page: z.string().describe('what the page that is served was built from'),
  from: z.string(),
  date: z.string(),
  today: z.string(),
  target: z.enum(['local', 'cloud']),
  organization: z.string(),
  organizations: z.array(z.string()),
  subject: z.string(),
  role: z.enum(ROLES),
  tiers: z.array(z.object({ name: z.string(), memoryMB: z.number() })),
  computations: z.array(
    z.object({
      name: z.string(),
      category: z.string(),
      pass: z.number(),
      description: z.string().optional(),
      keyed: z.boolean(),
      needs: z.array(z.string()),
    }),
  ),
  datasets: z.array(z.object({ name: z.string() })),
  paused: z.array(Pause.extend({ computation: z.string().nullable().describe('null: all of them') })),
});

export interface Served {
  /** Of the project. */
  readonly name: string;
  readonly target: 'local' | 'cloud';
  /** See `Page`. */
  readonly page: string;
  readonly version: string;
  organizations(asked: Asked): Promise<readonly string[]>;
}

export const projectRoutes = (view: () => View, served: Served): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/project',
    id: 'readProject',
    summary: 'The project: its computations, its days, and who asks.',
    answers: { 200: { description: 'as its manifest has it', schema: Project } },
    handle: (asked) =>
      answered(view(), async (ports) => projectOf(asked, ports, served, await served.organizations(asked))),
  },
];

async function projectOf(
  asked: Asked,
  ports: ViewPorts,
  served: Served,
  organizations: readonly string[],
): Promise<z.infer<typeof Project>> {
  const { manifest, clock, tiers, controls } = ports;
  const { from, date } = daysOf({ query: new URLSearchParams() }, ports);
  const { organization, subject, role } = asked;
  const { paused } = await controls.read();
  return {
    name: served.name || 'daymill',
    version: served.version,
    page: served.page,
    from,
    date,
    today: dayOf(clock.now()),
    target: served.target,
    organization,
    organizations: [...new Set([organization, ...organizations])],
    subject,
    role,
    tiers: tiers.map(({ name, memoryMB }) => ({ name, memoryMB })),
    computations: manifest.computations.map(({ name, category, pass, description, keyed, needs }) => ({
      name,
      category,
      pass,
      ...(description === undefined ? {} : { description }),
      keyed,
      needs: [...new Set(needs.flatMap((need) => ('of' in need ? [need.of] : [])))],
    })),
    datasets: manifest.datasets.map(({ name }) => ({ name })),
    paused: Object.entries(paused).map(([name, pause]) =>
      Object.assign({ computation: name === ALL ? null : name }, pause),
    ),
  };
}
