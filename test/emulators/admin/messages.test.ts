import { describe, expect, test } from 'vitest';
import { protos } from '../../../src/emulators/admin/core/protos.ts';
import { readMessage } from '../../../src/emulators/admin/core/read-message.ts';
import { allRoutes, readRequest } from '../../../src/emulators/admin/core/routes.ts';

const read = (type: string, json: unknown, isWhole = false): unknown =>
  readMessage(protos().lookupType(type), json, { isWhole });

const SERVICE = 'google.cloud.run.v2.Service';

describe('a message', () => {
  test.each([
    ['a field that there is not', SERVICE, { template: { contaners: [] } }, 'Unknown name "contaners" at \'template\''],
    [
      'text for a number',
      SERVICE,
      { scaling: { maxInstanceCount: 'many' } },
      "Invalid value at 'scaling.maxInstanceCount'",
    ],
    [
      'a fraction for an integer',
      SERVICE,
      { scaling: { maxInstanceCount: 1.5 } },
      "'scaling.maxInstanceCount' (TYPE_INT32)",
    ],
    [
      'more than 32 bits',
      SERVICE,
      { scaling: { maxInstanceCount: 2 ** 31 } },
      "'scaling.maxInstanceCount' (TYPE_INT32)",
    ],
    ['a number for text', SERVICE, { template: { serviceAccount: 1 } }, "'template.serviceAccount' (TYPE_STRING)"],
    [
      'text for a truth value',
      SERVICE,
      { template: { containers: [{ resources: { cpuIdle: 'yes' } }] } },
      "'template.containers[0].resources.cpuIdle'",
    ],
    ['a duration without its unit', SERVICE, { template: { timeout: '540' } }, 'google.protobuf.Duration'],
    ['a value that an enum has not', SERVICE, { ingress: 'INGRESS_TRAFFIC_SOME' }, "'ingress'"],
    ['one thing for a list', SERVICE, { template: { containers: {} } }, 'a list of'],
    ['a list for a map', SERVICE, { labels: [] }, "'labels' (Map)"],
    ['a number as a value of a map', SERVICE, { labels: { a: 1 } }, "'labels.a' (TYPE_STRING)"],
    ['text for a message', SERVICE, { template: 'all' }, "'template'"],
    [
      'two of which there may be one',
      'google.cloud.run.v2.EnvVar',
      { name: 'A', value: 'b', valueSource: {} },
      "oneof field 'values' is already set by value",
    ],
    ['no base64 for bytes', 'google.cloud.scheduler.v1.HttpTarget', { uri: 'x', body: '{}' }, "'body' (TYPE_BYTES)"],
    ['no time for a time', 'google.monitoring.v3.TimeInterval', { endTime: 'now' }, 'google.protobuf.Timestamp'],
  ])('with %s is refused by the name of the field', (_, type, json, message) => {
    expect(() => read(type, json)).toThrow(message);
  });

  test('that lacks what is required is refused where it must be whole, and nowhere else', () => {
    const lacking = { labels: { a: 'b' } };
    expect(() => read(SERVICE, lacking, true)).toThrow("The field 'template' is required");
    expect(read(SERVICE, lacking)).toEqual(lacking);
  });

  test('is read as Google writes it: what is nothing is left out, but where nothing says something', () => {
    const json = {
      name: 'policy',
      cleanupPolicyDryRun: false,
      description: '',
      size_bytes: 7,
      labels: {},
      format: 'DOCKER',
      mavenConfig: {},
      createTime: '2026-01-01T00:00:00Z',
    };
    expect(read('google.devtools.artifactregistry.v1.Repository', json)).toEqual({
      name: 'policy',
      format: 'DOCKER',
      mavenConfig: {},
    });
    expect(read('google.pubsub.v1.Subscription', { expirationPolicy: {} })).toEqual({ expirationPolicy: {} });
    expect(read('google.monitoring.v3.TypedValue', { int64Value: 0 })).toEqual({ int64Value: '0' });
  });
});

const routes = allRoutes();

function requested(verb: string, url: string, body?: unknown): { readonly method: string; readonly message: unknown } {
  const { hostname, pathname, searchParams } = new URL(url);
  const route = routes.find((one) => one.verb === verb && one.host === hostname && one.path.test(pathname));
  if (route === undefined) throw new Error(`no route ${verb} ${url}`);
  return { method: route.method, message: readRequest(route, pathname, searchParams, body) };
}

describe('a request', () => {
  const services = 'https://run.googleapis.com/v2/projects/p/locations/r/services';

  test('is its path, its query and its body in one message', () => {
    const service = { template: { containers: [{ image: 'i' }] } };
    expect(requested('POST', `${services}?serviceId=s`, service)).toEqual({
      method: 'google.cloud.run.v2.Services.CreateService',
      message: { parent: 'projects/p/locations/r', serviceId: 's', service },
    });
    expect(requested('PATCH', `${services}/s?updateMask=labels`, { labels: { a: 'b' } }).message).toEqual({
      service: { name: 'projects/p/locations/r/services/s', labels: { a: 'b' } },
      updateMask: 'labels',
    });
    expect(requested('GET', `${services}/s:getIamPolicy?options.requestedPolicyVersion=3`).message).toEqual({
      resource: 'projects/p/locations/r/services/s',
      options: { requestedPolicyVersion: 3 },
    });
  });

  test.each([
    [
      'a query that the method does not know',
      'POST',
      `${services}?serviceid=s`,
      {},
      'Unknown name "serviceid": Cannot bind query parameter',
    ],
    ['a query for what is in the body', 'PATCH', `${services}/s?service.labels=a`, {}, 'Cannot bind query parameter'],
    ['a body where there is none', 'GET', `${services}/s`, { name: 's' }, 'Unknown name "name"'],
    ['a body that is no object', 'POST', `${services}?serviceId=s`, [], 'It is no CreateServiceRequest'],
    ['without what it must have', 'POST', services, { template: {} }, "The field 'serviceId' is required"],
    [
      'options in the body where they belong into the address',
      'POST',
      'https://iam.googleapis.com/v1/projects/p/serviceAccounts/a:getIamPolicy',
      { options: { requestedPolicyVersion: 3 } },
      'Unknown name "options"',
    ],
  ])('with %s is refused', (_, verb, url, body, message) => {
    expect(() => requested(verb, url, body)).toThrow(message);
  });
});
