import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { curlGet, curlSend, quoted } from '../../../src/dashboard/explore/curl.ts';

const LOCAL = { origin: 'http://127.0.0.1:18100', organization: 'acme', isLocal: true };

/** What a shell hands to curl, and to npx within it. */
function words(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; npx() { echo "a token of $*"; }; DAYMILL_TOKEN=t DAYMILL_URL=https://x; ${command}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

test.each(["it's", 'a b', '$(x)', '`x`', '"', '', '{job="a"}\n'])('%j is one word of a shell', (text) => {
  expect(words(`curl ${quoted(text)}`)).toEqual([text]);
});

test('a question is asked as the page asks it', () => {
  expect(words(curlGet(LOCAL, '/api/v1/query', { query: 'up{job="it\'s"}', time: '2026-01-01T00:00:00Z' }))).toEqual([
    '-sG',
    '-H',
    'Authorization: Bearer a token of daymill token --org acme --role viewer',
    'http://127.0.0.1:18100/api/v1/query',
    '--data-urlencode',
    'query=up{job="it\'s"}',
    '--data-urlencode',
    'time=2026-01-01T00:00:00Z',
  ]);
});

test('what is sent is JSON, or a text as it is', () => {
  expect(words(curlSend(LOCAL, '/api/metrics/commands', [{ a: "it's" }])).slice(3)).toEqual([
    '--json',
    '[{"a":"it\'s"}]',
    'http://127.0.0.1:18100/api/metrics/commands',
  ]);
  expect(words(curlSend(LOCAL, '/x', 'a 1\n'))).toContain('a 1\n');
  expect(words(curlSend(LOCAL, '/x', {}, { method: 'PUT' })).slice(0, 3)).toEqual(['-s', '-X', 'PUT']);
});

test('in the cloud address and token are whatever the variables have', () => {
  const cloud = { ...LOCAL, isLocal: false };
  expect(words(curlGet(cloud, '/api/v1/labels', {}))).toEqual([
    '-sG',
    '-H',
    'Authorization: Bearer t',
    'https://x/api/v1/labels',
  ]);
});
