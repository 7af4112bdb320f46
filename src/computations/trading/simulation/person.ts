/** One SIMULATED person, day after day: what is held, what was closed, what it is all worth. The same for the same number, whenever it is asked. */
import { seededRandom, type SeededRandom } from '../../statistics/seeded-random.ts';
import type { History, Trade } from '../histories.ts';
import type { Portfolio, Position } from '../portfolios.ts';
import { MINUTES_A_DAY } from '../day-ordinal.ts';
import { type Behaviour, drawBehaviour, type Habits, HABITS } from './behaviour.ts';
import type { SimulatedMarket } from './market.ts';

/** Trading days that a history goes back. */
export const HISTORY_DAYS = 60;
/** Of what a position is worth with its leverage, each time that one is opened or closed. */
const FEE = 0.001;
/** A position that has lost so much of the money in it is closed. */
const STOP = 0.8;
/** Minutes of the day within which is traded: New York's hours in UTC, without summer time. */
const OPENING_MINUTE = 870;
const CLOSING_MINUTE = 1_259;
/** Of what comes, how much somebody with foresight sees, and on how many days; of what went, on how many momentum looks. */
const FORESIGHT_DAYS = 4;
const FORESIGHT_NOISE = 0.012;
const MOMENTUM_DAYS = 5;
/** Who pays in or out does so on one day of a hundred. */
const DEPOSITING = 0.1;
const DEPOSITS = 0.01;

export interface SimulatedPerson {
  readonly user: string;
  readonly behaviour: Behaviour;
  readonly portfolio: Portfolio;
  readonly history: History;
}

/** A position by the instrument's place; units and price as they are by now, after splits. */
interface Held {
  readonly instrument: number;
  readonly opened: number;
  readonly leverage: number;
  units: number;
  price: number;
}

interface State {
  readonly market: SimulatedMarket;
  readonly random: SeededRandom;
  readonly habits: Habits;
  cash: number;
  held: Held[];
  closed: Trade[];
  day: number;
}

export const userOf = (number: number): string => `sim-${String(number).padStart(6, '0')}`;

/** What the person with this number is. */
export const behaviourOf = (number: number): Behaviour => drawBehaviour(seededRandom('behaviour', number));

/** At the end of trading day `through` (its place in the market's days). */
export function simulatePerson(number: number, through: number, market: SimulatedMarket): SimulatedPerson {
  const behaviour = behaviourOf(number);
  const random = seededRandom('person', number);
  const money = 10_000 * Math.exp(random.normal());
  const state: State = { market, random, habits: HABITS[behaviour], cash: money, held: [], closed: [], day: 0 };
  const deposits: { minute: number; amount: number }[] = [];
  const pays = random.uniform() < DEPOSITING;
  const equity: number[] = [];
  for (let day = 0; day <= through; day++) {
    state.day = day;
    splitUnits(state);
    if (pays && day > 0 && random.uniform() < DEPOSITS) {
      const amount = cents(money * 0.2 * random.uniform());
      state.cash += amount;
      deposits.push({ minute: todayAt(state, OPENING_MINUTE), amount });
    }
    tradeDay(state);
    equity.push(cents(equityOf(state)));
  }
  const from = todayAt({ market, day: Math.max(0, through - HISTORY_DAYS) }, 0);
  const user = userOf(number);
  return {
    user,
    behaviour,
    portfolio: { user, cash: cents(state.cash), positions: state.held.map((held) => positionOf(state, held)) },
    history: {
      user,
      closed: state.closed.filter(({ closed }) => closed >= from + MINUTES_A_DAY),
      equity: equity.slice(-(HISTORY_DAYS + 1)),
      deposits: deposits.filter(({ minute }) => minute >= from + MINUTES_A_DAY),
    },
  };
}

function tradeDay(state: State): void {
  const { habits, random } = state;
  let minute = OPENING_MINUTE;
  let lost = false;
  const stay: Held[] = [];
  for (const held of state.held) {
    const gain = held.units * (closeOf(state, held.instrument) - held.price);
    const invested = (held.units * held.price) / held.leverage;
    const isStopped = gain < -STOP * invested;
    if (!isStopped && random.uniform() >= (gain > 0 ? habits.closeWinner : habits.closeLoser)) {
      stay.push(held);
      continue;
    }
    minute += 1 + Math.floor(random.uniform() * 15);
    lost = close(state, held, minute) < 0;
  }
  state.held = stay;
  for (let count = random.poisson(habits.opens); count > 0; count--) {
    minute = Math.min(CLOSING_MINUTE, minute + 1 + Math.floor(random.uniform() * 15));
    const raised = lost && habits.revenge !== undefined && random.uniform() < habits.revenge.probability;
    open(state, minute, raised ? (habits.revenge?.factor ?? 1) : 1);
  }
}

/** What was made or lost, fees included. */
function close(state: State, held: Held, minute: number): number {
  const price = closeOf(state, held.instrument);
  const fees = cents(FEE * held.units * (held.price + price));
  const gain = held.units * (price - held.price);
  state.cash += (held.units * held.price) / held.leverage + gain - FEE * held.units * price;
  state.closed.push({ ...positionOf(state, held), closed: todayAt(state, minute), closePrice: price, fees });
  return gain - fees;
}

function open(state: State, minute: number, factor: number): void {
  const { habits, random, market } = state;
  if (state.held.length >= habits.most) return;
  const instrument = pick(state);
  const wanted = equityOf(state) * habits.size * factor * Math.exp(habits.sizeSigma * random.normal());
  const leverage = habits.leverage * factor;
  const invested = Math.min(wanted, state.cash / (1 + FEE * leverage));
  // Who has no money left opens nothing.
  if (invested < wanted / 2 || invested < 1) return;
  const price = market.closes[instrument]?.[state.day] as number;
  const units = Number(((invested * leverage) / price).toPrecision(6));
  state.cash -= (units * price) / leverage + FEE * units * price;
  state.held.push({ instrument, opened: todayAt(state, minute), leverage, units, price });
}

function pick({ market, random, habits, day }: State): number {
  const count = market.instruments.length;
  if (habits.picks === undefined) return Math.floor(random.uniform() * count);
  let best = 0;
  let highest = -Infinity;
  for (let at = 0; at < count; at++) {
    const score =
      habits.picks === 'momentum'
        ? change(market.adjusted[at], day - MOMENTUM_DAYS, day) + 0.02 * random.normal()
        : comingOf(market.own[at], day) + FORESIGHT_NOISE * random.normal();
    if (score > highest) [best, highest] = [at, score];
  }
  return best;
}

const change = (closes: Float64Array | undefined, from: number, to: number): number =>
  Math.log((closes?.[to] ?? 1) / (closes?.[Math.max(0, from)] ?? 1));

function comingOf(own: Float64Array | undefined, day: number): number {
  let sum = 0;
  for (let ahead = 1; ahead <= FORESIGHT_DAYS; ahead++) sum += own?.[day + ahead] ?? 0;
  return sum;
}

function splitUnits({ market, held, day }: State): void {
  for (const { instrument, units } of market.splits[day] ?? []) {
    for (const one of held) {
      if (one.instrument !== instrument) continue;
      one.units *= units;
      one.price /= units;
    }
  }
}

function equityOf(state: State): number {
  let sum = state.cash;
  for (const held of state.held)
    sum += held.units * (held.price / held.leverage + closeOf(state, held.instrument) - held.price);
  return sum;
}

const closeOf = ({ market, day }: State, instrument: number): number => market.closes[instrument]?.[day] as number;

const positionOf = ({ market }: State, { instrument, units, price, leverage, opened }: Held): Position => ({
  ticker: market.instruments[instrument]?.ticker as string,
  units,
  price,
  leverage,
  opened,
});

const todayAt = ({ market, day }: Pick<State, 'market' | 'day'>, minute: number): number =>
  (market.minutes[day] as number) + minute;

const cents = (money: number): number => Math.round(money * 100) / 100;
