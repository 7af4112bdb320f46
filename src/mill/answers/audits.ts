/** Audits: skipped cells of each computation that were made again in shadow, and how many of them came out another. */
import { z } from 'zod';
import { rateAtMost } from '../planning/rate-at-most.ts';
import { Audits } from '../planning/standing.ts';
import type { Planning } from '../ports/planning.ts';
import type { Manifest } from '../model/manifest.ts';

export const AuditsAnswer = z.object({
  computations: z.array(
    Audits.extend({
      computation: z.string(),
      /** With a confidence of 95 %, not more than this share of its skips is wrong. */
      atMost: z.number(),
    }),
  ),
});
export type AuditsAnswer = z.infer<typeof AuditsAnswer>;

/** Those that were checked at all, as the manifest has them in order. */
export async function auditsAnswer({
  manifest,
  planning,
}: {
  readonly manifest: Pick<Manifest, 'computations'>;
  readonly planning: Pick<Planning, 'load'>;
}): Promise<AuditsAnswer> {
  const { standings } = await planning.load();
  return {
    computations: manifest.computations.flatMap(({ name }) => {
      const audits = standings.get(name)?.audits;
      if (audits === undefined) return [];
      return [{ computation: name, ...audits, atMost: rateAtMost(audits.wrong, audits.checked) }];
    }),
  };
}
