/** Audits: by computation, how many of its skips were checked, how many were wrong, and what speaks against it. */
import { z } from 'zod';
import { withUnanalysable } from '../model/distrust.ts';
import type { Manifest } from '../model/manifest.ts';
import { rateAtMost } from '../planning/rate-at-most.ts';
import { AuditReport, distrustedNow, GridReport } from '../planning/report.ts';
import type { Planning } from '../ports/planning.ts';

export const AuditsAnswer = z.object({
  /** Of those whose skips were checked, the most wrong ones first. */
  computations: z.array(AuditReport.extend({ computation: z.string() })),
  distrusted: GridReport.shape.distrusted,
});
export type AuditsAnswer = z.infer<typeof AuditsAnswer>;

export interface AuditsPorts {
  readonly manifest: Manifest;
  readonly planning: Pick<Planning, 'load'>;
}

/** Of outcomes that were folded in; reads no book. */
export async function auditsAnswer({ manifest, planning }: AuditsPorts): Promise<AuditsAnswer> {
  const { standings, distrusted } = await planning.load();
  const computations = manifest.computations.flatMap(({ name }) => {
    const audits = standings.get(name)?.audits;
    if (audits === undefined) return [];
    return [{ computation: name, ...audits, atMost: rateAtMost(audits.wrong, audits.checked) }];
  });
  return {
    computations: computations.sort((a, b) => b.wrong - a.wrong || b.checked - a.checked),
    distrusted: distrustedNow(manifest, withUnanalysable(distrusted, manifest)),
  };
}
