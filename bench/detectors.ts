/** What the trading computations find of what was planted in simulated people, and what the weights of the score would be, fitted anew. */
import { Trait } from '../src/computations/trading/user-classifier.ts';
import { WEIGHTS } from '../src/computations/trading/smart-money-score.ts';
import { TRADING_DAY, tradersOn } from '../test/support/traders.ts';
import { fitSmartMoney, PARTS } from './fit-smart-money.ts';

interface Counts {
  planted: number;
  found: number;
  right: number;
}

export async function benchDetectors({ quick }: { readonly quick: boolean }): Promise<void> {
  const people = quick ? 4_000 : 20_000;
  const counts = new Map(Trait.options.map((trait): [Trait, Counts] => [trait, { planted: 0, found: 0, right: 0 }]));
  for await (const { behaviour, found } of tradersOn(TRADING_DAY, 0, people)) {
    for (const [trait, count] of counts) {
      const isFound = found['user-classifier'].traits.includes(trait);
      if (behaviour === trait) count.planted++;
      if (isFound) count.found++;
      if (isFound && behaviour === trait) count.right++;
    }
  }
  const fitted = await fitSmartMoney(people);
  const known = [WEIGHTS.constant, ...PARTS.map((part) => WEIGHTS[part])];
  process.stdout.write(
    [
      `${people.toLocaleString('en')} simulated users, 60 trading days:`,
      '',
      '| trait | planted | found | precision | recall | wrongly found, of others |',
      '|---|--:|--:|--:|--:|--:|',
      ...[...counts].map(([trait, count]) => rowOf(trait, count, people)),
      '',
      '| part of the score | weight | fitted anew |',
      '|---|--:|--:|',
      ...['constant', ...PARTS].map((part, at) => `| ${part} | ${known[at]} | ${fitted[at]?.toFixed(2)} |`),
      '\n',
    ].join('\n'),
  );
}

function rowOf(trait: Trait, { planted, found, right }: Counts, people: number): string {
  const wrong = (found - right) / (people - planted);
  return `| ${trait} | ${planted} | ${found} | ${(right / found).toFixed(3)} | ${(right / planted).toFixed(3)} | ${(wrong * 100).toFixed(3)} % |`;
}
