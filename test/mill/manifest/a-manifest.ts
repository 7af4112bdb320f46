/** Manifests for tests, in the language of a build file: `aManifest('b: a @prices')`. */
import {
  MANIFEST_VERSION,
  type Manifest,
  type ManifestComputation,
  type ManifestNeed,
} from '../../../src/mill/model/manifest.ts';
import { passesOf } from '../../../src/mill/manifest/passes.ts';

const FINGERPRINT = { code: '0'.repeat(16), layer: '0'.repeat(16), infrastructure: '0'.repeat(16), epoch: 1 };

/**
 * One line a computation: `name[/category][#tag…]: needs`, where `a` is a dependency, `a~3` its history of three days, `@d` a
 * document and `-` its own previous result.
 */
export function aManifest(...lines: readonly string[]): Manifest {
  const parsed = lines.map((line) => {
    const [head = '', needs = ''] = line.split(':');
    const [path = '', ...tags] = head.trim().split('#');
    const [name = '', category = 'base'] = path.split('/');
    return { name, category, tags, needs: needs.split(/\s+/).filter(Boolean).map(need) };
  });
  const { passOf } = passesOf(new Map(parsed.map(({ name, needs }) => [name, needs.flatMap(computationOf)])));
  const computations = parsed.map((each): ManifestComputation => ({
    ...each,
    productLines: [`${each.category}-line`],
    pass: passOf.get(each.name) ?? 1,
    module: `computations/${each.name}.ts`,
    exportName: each.name,
    line: 1,
    shape: 'compute',
    keyed: false,
    timeoutSeconds: 480,
    fingerprint: FINGERPRINT,
  }));
  const documents = new Set(
    parsed.flatMap(({ needs }) => needs.flatMap((each) => (each.kind === 'document' ? [each.of] : []))),
  );
  return {
    version: MANIFEST_VERSION,
    passes: Math.max(0, ...passOf.values()),
    computations: computations.sort((a, b) => a.pass - b.pass),
    datasets: [...documents].map((name) => ({
      name,
      kind: 'document',
      module: 'data.ts',
      exportName: name,
      loader: '0'.repeat(16),
    })),
  };
}

function need(text: string): ManifestNeed {
  if (text === '-') return { kind: 'previous', key: 'previous' };
  if (text.startsWith('@')) return { kind: 'document', key: text.slice(1), of: text.slice(1) };
  const [of = '', days] = text.split('~');
  if (days === undefined) return { kind: 'dependency', key: of, of };
  return { kind: 'history', key: `${of}-history`, of, source: 'computation', days: Number(days) };
}

const computationOf = (each: ManifestNeed): string[] =>
  each.kind === 'dependency' || each.kind === 'history' ? [each.of] : [];
