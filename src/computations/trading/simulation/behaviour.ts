/** The ways in which the people of the sample trade. They are SIMULATED, so what each of them is, is known. */
import type { SeededRandom } from '../../statistics/seeded-random.ts';

export const BEHAVIOURS = [
  'steady',
  'novice',
  'skilled',
  'disposition',
  'revenge',
  'overtrading',
  'concentrated',
  'herding',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** How a kind of person acts. Shares are of equity; what happens is drawn for each person and day. */
export interface Habits {
  /** Of all people. */
  readonly frequency: number;
  /** Positions that are opened a day, on average, and how many are held at most. */
  readonly opens: number;
  readonly most: number;
  /** Own money that goes into a position, in the middle; it varies by a factor of exp(sigma) up and down. */
  readonly size: number;
  readonly sizeSigma: number;
  readonly leverage: number;
  /** Probability a day that a position is closed, when it is above and when it is below what was paid. */
  readonly closeWinner: number;
  readonly closeLoser: number;
  /** Picks by what comes, or by what went up last; by chance when absent. */
  readonly picks?: 'foresight' | 'momentum';
  /** After a position was closed at a loss: how likely the next one of the day is larger, and by what factor its size and leverage are. */
  readonly revenge?: { readonly probability: number; readonly factor: number };
}

const EVEN = { sizeSigma: 0.25, leverage: 1, closeWinner: 0.04, closeLoser: 0.04 } as const;

export const HABITS: Readonly<Record<Behaviour, Habits>> = {
  steady: { ...EVEN, frequency: 0.42, opens: 0.15, most: 8, size: 0.12, closeWinner: 0.015, closeLoser: 0.015 },
  novice: { ...EVEN, frequency: 0.2, opens: 0.2, most: 8, size: 0.08, sizeSigma: 0.5, leverage: 2 },
  skilled: {
    ...EVEN,
    frequency: 0.04,
    opens: 0.8,
    most: 6,
    size: 0.16,
    closeWinner: 0.18,
    closeLoser: 0.18,
    picks: 'foresight',
  },
  disposition: { ...EVEN, frequency: 0.1, opens: 0.7, most: 10, size: 0.08, closeWinner: 0.16, closeLoser: 0.012 },
  revenge: {
    ...EVEN,
    frequency: 0.06,
    opens: 0.8,
    most: 10,
    size: 0.03,
    closeWinner: 0.22,
    closeLoser: 0.22,
    revenge: { probability: 0.85, factor: 2 },
  },
  overtrading: {
    ...EVEN,
    frequency: 0.03,
    opens: 2.2,
    most: 8,
    size: 0.11,
    leverage: 2,
    closeWinner: 0.45,
    closeLoser: 0.45,
  },
  concentrated: {
    ...EVEN,
    frequency: 0.05,
    opens: 0.3,
    most: 1,
    size: 0.9,
    sizeSigma: 0.02,
    closeWinner: 0.01,
    closeLoser: 0.01,
  },
  herding: {
    ...EVEN,
    frequency: 0.1,
    opens: 0.4,
    most: 6,
    size: 0.12,
    picks: 'momentum',
    closeWinner: 0.06,
    closeLoser: 0.06,
  },
};

/** By their frequencies. */
export function drawBehaviour(random: SeededRandom): Behaviour {
  let left = random.uniform();
  for (const behaviour of BEHAVIOURS) {
    left -= HABITS[behaviour].frequency;
    if (left < 0) return behaviour;
  }
  return 'steady';
}
