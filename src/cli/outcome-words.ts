/** The words of outcomes, one each, on every screen (docs/words.md has them). */
import { type Outcome, type OutcomeCounts, OUTCOMES } from '../mill/model/decision.ts';
import { type Paint, paint } from './paint.ts';

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  RUN: 'run',
  RERUN: 'rerun',
  SKIP: 'up to date',
  STABLE: 'stable',
  BLOCKED: 'blocked',
  FAILED_DEPENDENCY: 'upstream failed',
  IMPOSSIBLE: 'impossible',
};

/** By a word, or one that is conditional. What needs a person is seen first; what rests is quiet. */
const PAINTS: Readonly<Record<string, Paint>> = {
  run: paint.coming,
  rerun: paint.coming,
  'rerun?': paint.coming,
  ran: paint.good,
  failed: paint.bad,
  'upstream failed': paint.bad,
  blocked: paint.warn,
  impossible: paint.quiet,
  stable: paint.quiet,
  'up to date': paint.quiet,
};

/** A word, or a count with its word, in the colour of the word. */
export const paintOutcome = (word: string, text = word): string => (PAINTS[word] ?? ((plain) => plain))(text);

/** `3 blocked`, `70 impossible`: of these outcomes those that there are, in this order. */
export const countsInWords = (counts: OutcomeCounts, outcomes: readonly Outcome[]): string[] =>
  outcomes
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => paintOutcome(OUTCOME_WORDS[outcome], `${counts[outcome]} ${OUTCOME_WORDS[outcome]}`));

const OUTCOME = new RegExp(`^(ran \\S+ )?(${OUTCOMES.join('|')})(\\??)(?=$|[:,. ])`);

/** A text that begins with an outcome, as stored reasons and causes do: with the word for it. */
export const inOutcomeWords = (text: string): string =>
  text.replace(OUTCOME, (_, ran = '', outcome: Outcome, maybe: string) => `${ran}${OUTCOME_WORDS[outcome]}${maybe}`);
