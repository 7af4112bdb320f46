/**
 * Simulated events, not of anybody: what two made-up organizations send in four weeks, with what happens in them known. Every event says so by
 * its source, `simulation`. The same seed gives the same events.
 */

export interface SimulationOptions {
  /** A whole number. */
  readonly seed: number;
  /** The first day (UTC), `YYYY-MM-DD`. */
  readonly from: string;
  readonly days: number;
  /** Numbers of the days on which `TRUTH` begins, the first being 0; without one it never does, and rates and habits stay as they are. */
  readonly brokenOn?: number;
  readonly adoptedOn?: number;
  readonly isHungry?: boolean;
}

/** What happens, where it is asked for. */
export const TRUTH = {
  /** From this day on, every third deploy of acme fails; one in twenty did before. */
  broken: { organization: 'acme', command: 'deploy', usual: 0.05, now: 0.35 },
  /** From this day on, two or three people of globex a day run `codegen` for the first time, and most of those who did go on. */
  adopted: { organization: 'globex', command: 'codegen' },
  /** This user of acme takes as many tokens as some forty others. */
  hungry: { organization: 'acme', user: 'acme-u00' },
} as const;

export const ORGANIZATIONS = {
  acme: { teams: ['platform', 'search', 'billing'], users: 36 },
  globex: { teams: ['mobile', 'web'], users: 24 },
} as const;

/** Chance of failure, and median milliseconds. */
const COMMANDS = {
  build: { fails: 0.08, ms: 42_000 },
  test: { fails: 0.2, ms: 95_000 },
  lint: { fails: 0.12, ms: 6_500 },
  format: { fails: 0.01, ms: 800 },
  deploy: { fails: TRUTH.broken.usual, ms: 180_000 },
} as const;

const AGENTS = ['coder', 'reviewer'] as const;

interface Sent {
  readonly organization: string;
  readonly source: 'simulation';
  readonly id: string;
  readonly timestamp: string;
  readonly user_id: string;
  readonly team_id: string;
  readonly execution_time_ms: number;
  readonly status: 'success' | 'error' | 'timeout' | 'cancelled';
}

export interface SimulatedCommand extends Sent {
  readonly command_name: string;
}

export interface SimulatedAgentRun extends Sent {
  readonly agent_name: string;
  readonly interaction_type: 'task';
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
}

export interface SimulatedDay {
  readonly date: string;
  readonly commands: readonly SimulatedCommand[];
  readonly agents: readonly SimulatedAgentRun[];
}

export function simulatedEvents({
  seed,
  from,
  days,
  brokenOn = Infinity,
  adoptedOn = Infinity,
  isHungry = false,
}: SimulationOptions): readonly SimulatedDay[] {
  const chance = chanceOf(seed);
  const adopters = new Set<string>();
  return Array.from({ length: days }, (_, number) => {
    const day = { date: dayAfter(from, number), commands: [] as SimulatedCommand[], agents: [] as SimulatedAgentRun[] };
    for (const [organization, { teams, users }] of Object.entries(ORGANIZATIONS)) {
      let newcomers = 2 + chance.below(2);
      for (let user = 0; user < users; user++) {
        if (real(chance) > (isWeekend(day.date) ? 0.3 : 0.85)) continue;
        const who = {
          organization,
          user_id: `${organization}-u${String(user).padStart(2, '0')}`,
          team_id: teams[user % teams.length] as string,
        };
        const send = <K extends 'commands' | 'agents'>(
          kind: K,
          own: Omit<(typeof day)[K][number], keyof Event>,
        ): void => {
          const id = `${day.date}-${organization}-${kind}-${day[kind].length}`;
          const timestamp = new Date(Date.parse(day.date) + chance.below(86_400_000)).toISOString();
          (day[kind] as unknown[]).push({ source: 'simulation', id, timestamp, ...who, ...own });
        };
        for (let run = 5 + chance.below(12); run > 0; run--) {
          const command = chance.oneOf(Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]);
          const fails =
            number >= brokenOn && isBroken(organization, command) ? TRUTH.broken.now : COMMANDS[command].fails;
          send('commands', { command_name: command, ...ended(fails, COMMANDS[command].ms, chance) });
        }
        if (number >= adoptedOn && organization === TRUTH.adopted.organization) {
          const isKnown = adopters.has(who.user_id);
          if (isKnown ? real(chance) < 0.8 : newcomers-- > 0) {
            adopters.add(who.user_id);
            send('commands', { command_name: TRUTH.adopted.command, ...ended(0.05, 20_000, chance) });
          }
        }
        for (let run = chance.below(5); run > 0; run--) {
          const scale = isHungry && who.user_id === TRUTH.hungry.user ? 40 : 1;
          const [input_tokens, output_tokens] = [2_000 + chance.below(30_000), 200 + chance.below(3_000)];
          send('agents', {
            agent_name: chance.oneOf(AGENTS),
            interaction_type: 'task',
            input_tokens: input_tokens * scale,
            output_tokens: output_tokens * scale,
            cost_usd: (input_tokens * scale * 3 + output_tokens * scale * 15) / 1e6,
            ...ended(0.1, 60_000, chance),
          });
        }
      }
    }
    return day;
  });
}

type Event = Pick<Sent, 'organization' | 'source' | 'id' | 'timestamp' | 'user_id' | 'team_id'>;

const real = (chance: Chance): number => chance.below(2 ** 30) / 2 ** 30;

const isWeekend = (date: string): boolean => [0, 6].includes(new Date(date).getUTCDay());

const isBroken = (organization: string, command: string): boolean =>
  organization === TRUTH.broken.organization && command === TRUTH.broken.command;

/** One in fifty is cancelled; a tenth of what fails times out. Durations are log-normal, by the median, and have a fraction. */
function ended(fails: number, medianMs: number, chance: Chance): Pick<Sent, 'status' | 'execution_time_ms'> {
  const outcome = real(chance);
  const failed = chance.once(10) ? 'timeout' : 'error';
  const status = chance.once(50) ? 'cancelled' : outcome < fails ? failed : 'success';
  // The sum of twelve uniform variables less six is nearly normal.
  let normal = -6;
  for (let draw = 0; draw < 12; draw++) normal += real(chance);
  const ms = medianMs * Math.exp(0.6 * normal);
  return { status, execution_time_ms: Math.min(3_600_000, Math.round(ms * 100) / 100) };
}

/** Chance that a seed reproduces. */
interface Chance {
  /** At least 0, below `limit`. */
  below(limit: number): number;
  /** True once in `n`. */
  once(n: number): boolean;
  oneOf<T>(choices: readonly T[]): T;
}

/** By mulberry32. */
function chanceOf(seed: number): Chance {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, once: (n) => below(n) === 0, oneOf: (choices) => choices[below(choices.length)]! };
}

const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
