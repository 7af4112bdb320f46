/** What people do to the mill, and the record of it. Each takes a reason, from our own page or from a program that says so. */
import { z } from 'zod';
import type { View, ViewPorts } from '../../../compose-view.ts';
import { UserError } from '../../../errors.ts';
import { ActionsAnswer, actionsAnswer, MOST_ACTIONS } from '../../../mill/answers/actions.ts';
import { type Days, foresee, type ForeseePorts } from '../../../mill/answers/foresee.ts';
import { selectedFor } from '../../../mill/answers/selected-for.ts';
import { type Acted, type Asking, Reason } from '../../../mill/model/action.ts';
import { ALL } from '../../../mill/model/control.ts';
import {
  cancelByHand,
  dropByHand,
  replayAlikeByHand,
  replayByHand,
  retryByHand,
  runByHand,
} from '../../../mill/steps/mend/by-hand.ts';
import { pause, resume } from '../../../mill/steps/mend/pause.ts';
import { alikeLetters } from '../../../mill/steps/mend/replay-alike.ts';
import { gridStart } from '../../../mill/steps/dispatch/target.ts';
import { Day } from '../../../values/date.ts';
import { HttpError } from '../../http-error.ts';
import type { Asked, Reply, Route } from '../../route.ts';
import { answered, computationOf, dateOf, idOf, MILL } from './ask.ts';

const DEFAULT_ACTIONS = 100;
const MAX_SELECT = 2_000;
/** Of an error's fingerprint, or of the kind of error that it is made from. */
const MAX_FINGERPRINT = 300;

const Why = z.strictObject({ reason: Reason });
const RunBody = Why.extend({ date: Day, from: Day.optional(), select: z.string().max(MAX_SELECT).optional() });
const TargetBody = Why.extend({ computation: z.string().optional() });
const AlikeBody = z.strictObject({
  fingerprint: z.string().min(1).max(MAX_FINGERPRINT),
  dryRun: z.boolean().optional(),
  /** A preview needs none. */
  reason: Reason.optional(),
});

const Done = z.looseObject({ text: z.string().describe('what it came to, in words') });

const ACTION = {
  method: 'POST',
  tag: 'mill',
  role: 'admin',
  quota: 'none',
  shape: 'problem',
  maxBytes: 64 * 1024,
  answers: {
    200: { description: 'what it came to', schema: Done },
    409: { description: 'it was done before, or cannot be done now' },
  },
} as const satisfies Partial<Route>;

/** The ports of an action: what it decides on is read when it decides, and prices are the table. */
const portsOf = ({ ports }: View): Omit<ViewPorts, 'prices'> & { readonly prices: ViewPorts['prices']['table'] } => ({
  ...ports,
  prices: ports.prices.table,
});

export const actionRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/actions',
    id: 'listActions',
    summary: 'What people did to the mill, the newest first: who, why, and what came of it.',
    query: z.object({ limit: z.coerce.number().int().min(1).max(MOST_ACTIONS).default(DEFAULT_ACTIONS) }),
    answers: { 200: { description: 'as daymill actions', schema: ActionsAnswer } },
    handle: ({ query }) =>
      answered(view(), (ports) => actionsAnswer({ limit: Number(query.get('limit') ?? DEFAULT_ACTIONS) }, ports)),
  },
  ...dayRoutes(view),
  ...letterRoutes(view),
  ...pauseRoutes(view),
];

const dayRoutes = (view: () => View): readonly Route[] => [
  {
    ...ACTION,
    path: '/api/mill/runs',
    id: 'startDay',
    summary: "Starts a day's workflow, as its schedule does.",
    body: RunBody,
    handle: by(async (asked, asking) => {
      const { date, from: first, select } = RunBody.parse(asked.body);
      const { ports } = view();
      const from = gridStart(first, ports.from, date);
      const computations = await selectedFor(select, { date, from }, ports);
      await assertLoaded({ date, from }, ports);
      return runByHand({ date, from, ...(computations === undefined ? {} : { computations }) }, asking, ports);
    }),
  },
  {
    ...ACTION,
    path: '/api/mill/runs/:id/cancel',
    id: 'cancelRun',
    summary: 'Cancels a run and the rest of its dispatch. What was made stays.',
    body: Why,
    handle: by((asked, asking) => cancelByHand(idOf(asked), asking, portsOf(view()))),
  },
  {
    ...ACTION,
    path: '/api/mill/cells/:computation/:date/retry',
    id: 'retryCell',
    summary: 'Makes a cell again, and what reads it if its result turns out different.',
    body: Why,
    handle: by(async (asked, asking) => {
      const { ports } = view();
      const { name: computation } = computationOf(asked, ports);
      const date = dateOf(asked, ports);
      const computations = await selectedFor(`${computation}+`, { date, from: date }, ports);
      return retryByHand({ cell: { computation, date }, computations: computations ?? [] }, asking, ports);
    }),
  },
];

/** What lies in the project's own files is loaded by who has them: a workflow would find no data. @throws {UserError} BUSY */
async function assertLoaded(days: Days, ports: ForeseePorts): Promise<void> {
  const [first] = (await foresee(days, ports)).loads;
  if (first === undefined) return;
  throw new UserError(
    'BUSY',
    `${first.days} ${first.days === 1 ? 'day' : 'days'} of ${first.dataset} (${first.first} … ${first.last}) ${first.days === 1 ? 'is' : 'are'} ${first.from === 'file' ? "in the project's files, and not loaded yet" : 'still to be generated'}. ` +
      `npx daymill run --date ${days.date} loads them where the files are, and runs the day.`,
  );
}

const letterRoutes = (view: () => View): readonly Route[] => [
  {
    ...ACTION,
    path: '/api/mill/dead-letters/:id/replay',
    id: 'replayTask',
    summary: 'Claims the cells of a task that was given up anew.',
    body: Why,
    handle: by((asked, asking) => replayByHand(idOf(asked), asking, portsOf(view()))),
  },
  {
    ...ACTION,
    path: '/api/mill/dead-letters/:id/drop',
    id: 'dropTask',
    summary: 'Leaves a task that was given up; its attempts stay on record.',
    body: Why,
    handle: by((asked, asking) => dropByHand(idOf(asked), asking, portsOf(view()))),
  },
  {
    ...ACTION,
    path: '/api/mill/dead-letters/replay-alike',
    id: 'replayAlike',
    summary: 'Replays every open dead letter of one error; with dryRun it lists them, and changes nothing.',
    body: AlikeBody,
    async handle(asked) {
      const { fingerprint, dryRun, reason } = AlikeBody.parse(asked.body);
      if (dryRun === true) return { status: 200, body: await alikeLetters(fingerprint, view().ports) };
      if (reason === undefined) throw new UserError('BAD_ARGUMENT', 'Say why: a replay takes a reason.');
      return by((_, asking) => replayAlikeByHand(fingerprint, asking, portsOf(view())))(asked);
    },
  },
];

const pauseRoutes = (view: () => View): readonly Route[] => {
  const handle = (act: typeof pause): Route['handle'] =>
    by(async (asked, asking) => {
      const { computation } = TargetBody.parse(asked.body);
      const { ports } = view();
      // A computation that was removed while it was paused is known by the pause alone.
      const isKnown = computation === undefined || (act === resume && (await isPaused(computation, ports)));
      const target = isKnown ? (computation ?? ALL) : computationOf({ params: { computation } }, ports).name;
      return act(target, asking, ports);
    });
  return [
    {
      ...ACTION,
      path: '/api/mill/pause',
      id: 'pauseComputation',
      summary: 'Keeps a computation, or without one all of them, from being claimed.',
      body: TargetBody,
      handle: handle(pause),
    },
    {
      ...ACTION,
      path: '/api/mill/resume',
      id: 'resumeComputation',
      summary: 'Lets a computation be claimed again; without one everything that was paused.',
      body: TargetBody,
      handle: handle(resume),
    },
  ];
};

const isPaused = async (name: string, { controls }: ViewPorts): Promise<boolean> =>
  Object.hasOwn((await controls.read()).paused, name);

/** Answers what an action came to; 409 when it had been done before. */
const by =
  (act: (asked: Asked, asking: Asking) => Promise<Acted<object>>) =>
  async (asked: Asked): Promise<Reply> => {
    assertOwnPage(asked);
    const { reason } = z.object({ reason: Reason }).parse(asked.body);
    const { changed, text, report } = await act(asked, { by: asked.subject, reason });
    if (!changed) throw new UserError('ALREADY_DONE', text);
    return { status: 200, body: { text, ...report } };
  };

/** No other site may have a browser act for who has signed in here. https://web.dev/articles/fetch-metadata */
function assertOwnPage({ headers }: Asked): void {
  if (headers['sec-fetch-site'] !== 'same-origin')
    throw new HttpError(
      403,
      'CROSS_SITE',
      'This is for our own page: a browser says that by itself, and a program by the header Sec-Fetch-Site: same-origin.',
    );
}
