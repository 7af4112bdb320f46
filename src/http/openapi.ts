/** The API's description for programs, OpenAPI 3.1, from the table that serves it. https://spec.openapis.org/oas/v3.1.1.html */
import { z } from 'zod';
import { isRaw, type Route, type Shape } from './route.ts';

export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
}

type Json = Readonly<Record<string, unknown>>;

const SECURITY_SCHEMES: Json = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
};

const PROBLEM: Json = {
  type: 'object',
  description: 'RFC 9457; code tells problems apart.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const RPC_STATUS: Json = {
  type: 'object',
  description: 'google.rpc.Status',
  properties: { code: { type: 'integer' }, message: { type: 'string' } },
};

const QUERY_ERROR: Json = {
  type: 'object',
  description: "As Prometheus's query API has it.",
  required: ['status', 'errorType', 'error'],
  properties: { status: { const: 'error' }, errorType: { type: 'string' }, error: { type: 'string' } },
};

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

const ERRORS: Readonly<Record<Shape, Json>> = {
  problem: { 'application/problem+json': { schema: ref('Problem') } },
  otlp: { 'application/json': { schema: ref('RpcStatus') }, 'application/x-protobuf': {} },
  prometheus: { 'text/plain': { schema: { type: 'string' } } },
  query: { 'application/json': { schema: ref('QueryError') } },
};

/** A schema that JSON Schema cannot say, as a transformation's output, is anything. */
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });
  return rest;
};

export function openApi(routes: readonly Route[], info: ApiInfo): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:([^/]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.1',
    info,
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: { Problem: PROBLEM, RpcStatus: RPC_STATUS, QueryError: QUERY_ERROR },
    },
  };
}

function operation(route: Route): Json {
  const { id, summary, tag, role } = route;
  const parameters = [...pathParameters(route), ...queryParameters(route)];
  return {
    operationId: id,
    summary,
    tags: [tag],
    ...(role === 'anyone' ? {} : { description: `Takes the role ${role}.` }),
    // Either of the two; none for a route for anyone.
    security: role === 'anyone' ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(route),
    responses: responses(route),
  };
}

const pathParameters = ({ path }: Route): Json[] =>
  [...path.matchAll(/:([^/]+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

function queryParameters({ query }: Route): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function requestBody({ body }: Route): Json {
  if (body === undefined) return {};
  const content = isRaw(body)
    ? Object.fromEntries(body.contentTypes.map((type) => [type, {}]))
    : { 'application/json': { schema: schemaOf(body, 'input') } };
  return { requestBody: { required: isRaw(body) || !body.safeParse(undefined).success, content } };
}

function responses({ answers, shape }: Route): Json {
  const told = Object.entries(answers).map(([status, { description, schema }]) => {
    const content = schema === undefined ? undefined : { 'application/json': { schema: schemaOf(schema, 'output') } };
    const isError = Number(status) >= 400;
    return [
      status,
      { description, ...(content === undefined ? (isError ? { content: ERRORS[shape] } : {}) : { content }) },
    ];
  });
  return { ...Object.fromEntries(told), default: { description: 'Any other error.', content: ERRORS[shape] } };
}
