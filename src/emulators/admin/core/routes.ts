/** Which method a request is for, and its message: by https://google.aip.dev/127, as Google's front end reads it. */
import protobuf from 'protobufjs';
import { isJson, type Json, setAt, valueAt } from './json.ts';
import { camelCase, optionsOf, protos } from './protos.ts';
import { fieldAt, invalid, readMessage } from './read-message.ts';

export interface Route {
  readonly host: string;
  readonly verb: string;
  /** The whole name, `google.cloud.run.v2.Services.CreateService`. */
  readonly method: string;
  readonly path: RegExp;
  /** Of what `path` finds, in its order: where in the message it belongs. */
  readonly variables: readonly string[];
  /** Where in the message the body belongs; `*`: it is the message; undefined: there is none. */
  readonly body: string | undefined;
  readonly request: protobuf.Type;
  readonly response: protobuf.Type;
}

interface HttpRule {
  readonly [verb: string]: unknown;
  readonly body?: string;
  readonly additional_bindings?: HttpRule | readonly HttpRule[];
}

/** Of every API: https://cloud.google.com/apis/docs/system-parameters */
const SYSTEM_PARAMETERS = new Set([
  'alt',
  'fields',
  '$fields',
  'key',
  'prettyPrint',
  'quotaUser',
  'uploadType',
  'userProject',
]);

let found: readonly Route[] | undefined;

/** All that Google describes, whether it is answered here or not; found once a process. */
export function allRoutes(): readonly Route[] {
  if (found !== undefined) return found;
  const routes: Route[] = [];
  const visit = (namespace: protobuf.NamespaceBase): void => {
    for (const one of namespace.nestedArray) {
      if (one instanceof protobuf.Service) for (const method of one.methodsArray) routes.push(...routesOf(one, method));
      else if (one instanceof protobuf.Namespace) visit(one);
    }
  };
  visit(protos());
  found = routes;
  return routes;
}

function routesOf(service: protobuf.Service, method: protobuf.Method): Route[] {
  const host = String(service.options?.['(google.api.default_host)']);
  const { resolvedRequestType: request, resolvedResponseType: response } = method;
  if (request === null || response === null) return [];
  return (optionsOf(method, 'google.api.http') as HttpRule[])
    .flatMap((rule) => [rule].concat(rule.additional_bindings ?? []))
    .flatMap((rule) => {
      const verb = ['get', 'put', 'post', 'patch', 'delete'].find((one) => rule[one] !== undefined);
      if (verb === undefined) return [];
      const { path, variables } = templateOf(String(rule[verb]));
      const body = rule.body === undefined || rule.body === '*' ? rule.body : camelCase(rule.body);
      return {
        host,
        verb: verb.toUpperCase(),
        method: method.fullName.slice(1),
        path,
        variables,
        body,
        request,
        response,
      };
    });
}

/** `/v1/{name=projects/*}/topics:run` */
function templateOf(template: string): Pick<Route, 'path' | 'variables'> {
  const variables: string[] = [];
  const literal = (text: string): string =>
    text.replace(/\*\*|\*|[.$()]/g, (one) => (one === '**' ? '[^:]+' : one === '*' ? '[^/:]+' : `\\${one}`));
  const path = template.split(/(\{[^}]+\})/).map((part) => {
    const [, name, pattern = '*'] = /^\{([^=}]+)(?:=([^}]+))?\}$/.exec(part) ?? [];
    if (name === undefined) return literal(part);
    variables.push(camelCase(name));
    return `(${literal(pattern)})`;
  });
  return { path: new RegExp(`^${path.join('')}$`), variables };
}

/** `nameOf`: how a name in the path is called here. @throws {ApiError} INVALID_ARGUMENT naming what does not belong there. */
export function readRequest(
  route: Route,
  path: string,
  query: URLSearchParams,
  body: unknown,
  nameOf: (name: string) => string = (name) => name,
): Json {
  const message = messageOf(route, body);
  for (const [name, value] of query) {
    if (SYSTEM_PARAMETERS.has(name)) continue;
    const at = name.split('.').map(camelCase).join('.');
    const isBound = route.variables.includes(at) || route.body === '*' || at.split('.')[0] === route.body;
    if (isBound) throw unbound(name);
    setAt(message, at, fromQuery(queryField(route, name), value, valueAt(message, at)));
  }
  const values = route.path.exec(path)?.slice(1) ?? [];
  const bind = (to: Json): void => {
    for (const [index, variable] of route.variables.entries()) setAt(to, variable, nameOf(values[index] ?? ''));
  };
  bind(message);
  const read = readMessage(route.request, message, { isWhole: route.verb !== 'PATCH' });
  // Also where only the server sets it: the path says what is changed.
  bind(read);
  return read;
}

function messageOf({ body: place, request }: Route, body: unknown): Json {
  if (place === undefined) {
    if (isJson(body) && Object.keys(body).length > 0)
      throw invalid(
        `Invalid JSON payload received. Unknown name "${Object.keys(body)[0]}": Root element must be a message without a body.`,
      );
    return {};
  }
  if (!isJson(body ?? {})) throw invalid(`Invalid JSON payload received. It is no ${request.name}.`);
  return place === '*' ? { ...(body as Json | undefined) } : { [place]: structuredClone(body ?? {}) };
}

const queryField = ({ request }: Route, name: string): protobuf.Field => {
  try {
    return fieldAt(request, name);
  } catch {
    throw unbound(name);
  }
};

const unbound = (name: string): Error =>
  invalid(`Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter.`);

/** Text, as the field has it. */
function fromQuery(field: protobuf.Field, value: string, before: unknown): unknown {
  const one = field.type === 'bool' && /^(true|false)$/.test(value) ? value === 'true' : value;
  return field.repeated ? [...(Array.isArray(before) ? (before as unknown[]) : []), one] : one;
}
