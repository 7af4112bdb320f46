import { expect, test } from 'vitest';
import { cloudLogs } from '../../src/cli/cloud-logs.ts';
import { cloudTarget } from '../../src/config/cloud-target.ts';

const TARGET = cloudTarget({ name: 'shop' }, { project: 'acme', region: 'europe-west1' });

test('a link is to the deployment’s own services and workflow, and to what names the id', () => {
  const { url, query } = cloudLogs(TARGET, 'run-12ab');
  expect(query).toBe(
    '((resource.type="cloud_run_revision" AND resource.labels.service_name=~"^shop-") OR ' +
      '(resource.type="workflows.googleapis.com/Workflow" AND resource.labels.workflow_id="shop-pipeline")) AND "run-12ab"',
  );
  const parsed = new URL(url);
  expect(parsed.searchParams.get('project')).toBe('acme');
  const [, path = '', , duration] = /^\/logs\/query;query=(.*?)(;duration=(.*))$/.exec(parsed.pathname) ?? [];
  expect(decodeURIComponent(path)).toBe(query);
  expect(duration).toBe('P7D');
});

test('without an id it is of everything, and nothing in it ends a link early', () => {
  const { url, query } = cloudLogs(TARGET);
  expect(query).not.toContain('run-');
  expect(url).not.toMatch(/[\s()"']/);
});
