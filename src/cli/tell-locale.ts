/** The locale is Node's from its start: where a command runs author code itself, it says when that is not the workers'. */
import type { Output } from './output.ts';

const WORKERS = 'en-US';

export function tellLocale(output: Output): void {
  // Of all that know it the one that is made fastest.
  const { locale } = new Intl.PluralRules().resolvedOptions();
  if (locale === WORKERS) return;
  output.trouble(
    `The locale here is ${locale}, that of workers ${WORKERS}: code that sorts or formats by locale may do otherwise. ` +
      'LC_ALL=en_US.UTF-8 before the command makes them alike.',
  );
}
