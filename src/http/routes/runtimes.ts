/** The registry of running components: what they say of themselves, their heartbeats, and the events that devices are registered to. */
import { z } from 'zod';
import type { MeterPorts } from '../../compose-meter.ts';
import { Heartbeat, RuntimeRegistration, Runtime } from '../../meter/model/runtime.ts';
import {
  getRuntime,
  listRuntimes,
  RuntimeAnswer,
  RuntimeListAnswer,
  RuntimeListQuery,
  setRuntimeStatus,
  StatusRequest,
} from '../../meter/steps/runtimes/ask-runtimes.ts';
import { deleteRuntime, DeleteRuntimeAnswer } from '../../meter/steps/runtimes/delete-runtime.ts';
import { heartbeat, HeartbeatReply } from '../../meter/steps/runtimes/heartbeat.ts';
import { RegisterAnswer, registerRuntime } from '../../meter/steps/runtimes/register-runtime.ts';
import {
  registerDevices,
  RegistrationAnswer,
  RegistrationRequest,
  unregisterDevices,
} from '../../meter/steps/runtimes/registrations.ts';
import type { Asked, Reply, Route } from '../route.ts';

const TAG = 'runtimes';

const DeviceEvents = z.object({ device: z.string(), events: z.array(z.string()) });

type Handle = (asked: Asked, ports: MeterPorts) => Promise<Reply>;

export const runtimeRoutes = (ports: () => MeterPorts): readonly Route[] => {
  const route = (
    [method, path]: readonly [Route['method'], string],
    id: string,
    summary: string,
    { role = 'developer', body, query, answers, handle }: Omit<Partial<Route>, 'handle'> & { readonly handle: Handle },
  ): Route => ({
    method,
    path,
    id,
    summary,
    tag: TAG,
    role,
    quota: method === 'GET' ? 'read' : 'batch',
    shape: 'problem',
    ...(body === undefined ? {} : { body }),
    ...(query === undefined ? {} : { query }),
    answers: answers ?? {},
    handle: (asked) => handle(asked, ports()),
  });
  return [
    route(
      ['POST', '/api/runtime/register'],
      'registerRuntime',
      'Registers a component; again under its name, it is the same one.',
      {
        body: RuntimeRegistration,
        answers: {
          200: { description: 'it was there', schema: RegisterAnswer },
          201: { description: 'it is new', schema: RegisterAnswer },
        },
        async handle({ organization, body }, own) {
          const limits = await own.limitsOf(organization);
          const answer = await registerRuntime(organization, RuntimeRegistration.parse(body), { ...own, limits });
          return { status: answer.created ? 201 : 200, body: answer };
        },
      },
    ),
    route(['POST', '/api/runtime/:id/heartbeat'], 'heartbeat', 'Says that it is there, and how it is.', {
      body: Heartbeat,
      answers: { 200: { description: 'what became of it', schema: HeartbeatReply } },
      handle: async ({ organization, params, body }, own) => ({
        status: 200,
        body: await heartbeat(organization, { runtimeId: params['id'] ?? '', beat: Heartbeat.parse(body) }, own),
      }),
    }),
    route(['GET', '/api/runtime'], 'listRuntimes', 'Components, by their ids.', {
      role: 'viewer',
      query: RuntimeListQuery,
      answers: { 200: { description: 'a page of them', schema: RuntimeListAnswer } },
      handle: async ({ organization, query }, own) => ({
        status: 200,
        body: await listRuntimes(organization, RuntimeListQuery.parse(Object.fromEntries(query)), own),
      }),
    }),
    route(['GET', '/api/runtime/:id'], 'getRuntime', 'A component, with its live figures.', {
      role: 'viewer',
      answers: { 200: { description: 'it', schema: RuntimeAnswer } },
      handle: async ({ organization, params }, own) => ({
        status: 200,
        body: await getRuntime(organization, { runtimeId: params['id'] ?? '' }, own),
      }),
    }),
    route(['PUT', '/api/runtime/:id/status'], 'setRuntimeStatus', 'Says that it is ready, busy or offline.', {
      body: StatusRequest,
      answers: { 200: { description: 'it', schema: Runtime } },
      handle: async ({ organization, params, body }, own) => ({
        status: 200,
        body: await setRuntimeStatus(
          organization,
          { runtimeId: params['id'] ?? '', ...StatusRequest.parse(body) },
          own,
        ),
      }),
    }),
    route(
      ['DELETE', '/api/runtime/:id'],
      'deleteRuntime',
      'Deletes a component with all of it but the samples that it sent.',
      {
        role: 'manager',
        answers: { 200: { description: 'it is gone', schema: DeleteRuntimeAnswer } },
        handle: async ({ organization, params }, own) => ({
          status: 200,
          body: await deleteRuntime(organization, { runtimeId: params['id'] ?? '' }, own),
        }),
      },
    ),
    route(['POST', '/api/events/registrations'], 'registerDevices', 'Registers devices to events.', {
      body: RegistrationRequest,
      answers: { 200: { description: 'whether that was news', schema: RegistrationAnswer } },
      handle: async ({ organization, body }, own) => ({
        status: 200,
        body: await registerDevices(organization, RegistrationRequest.parse(body), own),
      }),
    }),
    route(['POST', '/api/events/registrations/remove'], 'unregisterDevices', 'Takes devices out of events.', {
      body: RegistrationRequest,
      answers: { 200: { description: 'whether that was news', schema: RegistrationAnswer } },
      handle: async ({ organization, body }, own) => ({
        status: 200,
        body: await unregisterDevices(organization, RegistrationRequest.parse(body), own),
      }),
    }),
    route(
      ['GET', '/api/devices/:device/events'],
      'eventsOfDevice',
      'Events that a device is registered to, from memory.',
      {
        role: 'viewer',
        answers: { 200: { description: 'as of the last look, 30 s ago at most', schema: DeviceEvents } },
        async handle({ organization, params }, own) {
          const device = params['device'] ?? '';
          if (own.memberships.eventsOf(organization, device) === undefined) await own.memberships.load(organization);
          return { status: 200, body: { device, events: own.memberships.eventsOf(organization, device) ?? [] } };
        },
      },
    ),
  ];
};
