import { expect, test } from 'vitest';
import { selectComputations } from '../../../src/mill/manifest/select.ts';
import { aManifest } from './a-manifest.ts';

const MANIFEST = aManifest(
  'closes/market#daily: @prices',
  'volume/market: @trades',
  'returns/market#daily: closes closes~10',
  'rsi/signals#momentum: returns -',
  'regime/signals#daily: rsi volume',
  'report/reports: regime',
);

test.each([
  ['', 'closes volume returns rsi regime report'],
  ['*', 'closes volume returns rsi regime report'],
  ['rsi', 'rsi'],
  ['RSI', 'rsi'],
  ['+rsi', 'closes returns rsi'],
  ['rsi+', 'rsi regime report'],
  ['+rsi+', 'closes returns rsi regime report'],
  ['1+rsi', 'returns rsi'],
  ['rsi+1', 'rsi regime'],
  ['0+rsi+0', 'rsi'],
  ['2+regime+1', 'volume returns rsi regime report'],
  ['category:signals', 'rsi regime'],
  ['1+category:signals', 'volume returns rsi regime'],
  ['tag:daily', 'closes returns regime'],
  ['line:market-line', 'closes volume returns'],
  ['dataset:prices', 'closes'],
  ['dataset:trades+', 'volume regime report'],
  ['rsi volume', 'volume rsi'],
  ['rsi volume report', 'volume rsi report'],
  ['r*', 'returns rsi regime report'],
  ['*E*', 'closes volume returns regime report'],
  ['+re*n*', 'closes returns'],
  ['category:*a*', 'closes volume returns rsi regime'],
  ['tag:daily,category:market', 'closes returns'],
  ['+report,tag:daily rsi', 'closes returns regime rsi'],
  ['category:market,!tag:daily', 'volume'],
  ['!tag:daily,!tag:momentum', 'volume report'],
  ['rsi,volume', ''],
  ['@returns', 'closes volume returns rsi regime report'],
  ['@volume', 'closes volume returns rsi regime report'],
  ['@report', 'closes volume returns rsi regime report'],
  ['prices', 'closes'],
  ['prices+', 'closes returns rsi regime report'],
  ['+trades', 'volume'],
  ['+rsi !closes', 'returns rsi'],
  ['!category:market', 'rsi regime report'],
  ['+report !+rsi', 'volume regime report'],
  ['rsi !rsi', ''],
])('"%s" selects %s', (expression, names) => {
  const selected = selectComputations(MANIFEST, expression);
  expect(
    MANIFEST.computations
      .map(({ name }) => name)
      .filter((name) => selected.has(name))
      .sort(),
  ).toEqual(names.split(' ').filter(Boolean).sort());
  expect(selected.size).toBe(names.split(' ').filter(Boolean).length);
});

test('state:changed is what the caller says has changed, and takes neighbours like any other', () => {
  expect([...selectComputations(MANIFEST, 'state:changed+1', { changed: new Set(['rsi', 'gone']) })].sort()).toEqual([
    'regime',
    'rsi',
  ]);
});

test.each([
  ['rsj', 'UNKNOWN_COMPUTATION', 'There is no computation "rsj". Did you mean "rsi"?'],
  [
    '+nothing-like-it',
    'UNKNOWN_COMPUTATION',
    /There is no computation "nothing-like-it"\. There are: closes, .*volume\./,
  ],
  ['category:signal', 'BAD_ARGUMENT', 'There is no category "signal". Did you mean "signals"?'],
  ['tag:x', 'BAD_ARGUMENT', 'There is no tag "x". There are: daily, momentum.'],
  ['line:markt-line', 'BAD_ARGUMENT', 'There is no product line "markt-line". Did you mean "market-line"?'],
  ['dataset:closes', 'BAD_ARGUMENT', /There is no dataset that a computation reads "closes"/],
  ['tags:x', 'BAD_ARGUMENT', 'There is no selection method "tags". Did you mean "tag"?'],
  ['constructor:x', 'BAD_ARGUMENT', /There is no selection method "constructor"/],
  ['state:new', 'BAD_ARGUMENT', 'There is no state "new". There are: changed.'],
  ['state:changed', 'BAD_ARGUMENT', /needs the last run’s state/],
  ['++rsi', 'BAD_ARGUMENT', '"++rsi" is no selection. Write for example rsi, +rsi, rsi+1, @rsi or tag:daily.'],
  ['@rsi+', 'BAD_ARGUMENT', /"@rsi\+" is no selection/],
  ['rsi, volume', 'BAD_ARGUMENT', /"rsi," has a comma with nothing beside it\. .* a space adds \(rsi regime\)\./],
  ['x*', 'UNKNOWN_COMPUTATION', /There is no computation "x\*"\. There are: closes, /],
  ['path:src/nowhere', 'BAD_ARGUMENT', /There is no file or folder of computations "src\/nowhere"/],
  ['!', 'BAD_ARGUMENT', /"" is no selection/],
])('"%s" is refused with a remedy', (expression, code, message) => {
  expect(() => selectComputations(MANIFEST, expression)).toThrow(expect.objectContaining({ code }));
  expect(() => selectComputations(MANIFEST, expression)).toThrow(message);
});

test.each([
  'src/computations/signals/rsi.ts',
  'src/computations/signals',
  './src/computations/signals/',
  'src/computations/*/r*.ts',
  '**/signals',
])('path:%s is a file, a folder or a pattern of them', (path) => {
  expect([...selectComputations(inFolder(), `path:${path}`)]).toEqual(['rsi']);
});

test.each(['src/computations/sig', 'src/*/rsi.ts'])('path:%s fits none', (path) => {
  expect(() => selectComputations(inFolder(), `path:${path}`)).toThrow(/no file or folder of computations/);
});

/** `rsi` is in a folder of its own. */
function inFolder() {
  const computations = MANIFEST.computations.map((each) =>
    each.name === 'rsi' ? Object.assign({}, each, { module: 'src/computations/signals/rsi.ts' }) : each,
  );
  return { ...MANIFEST, computations };
}
