/**
 * The functions that plan, asked in this process: on a day on which nothing has changed there is nothing else to do, and a process for each of
 * them would take ten times as long to start as all of their answers. What runs a computation is always a process of its own.
 */
import type { z } from 'zod';
import type { Ports } from '../../compose.ts';
import { answerJson, type JsonAnswer, type JsonRequest } from '../../http/answer-json.ts';
import { DISPATCH } from '../../http/dispatch-function.ts';
import { INDEX } from '../../http/index-function.ts';
import { PREFLIGHT } from '../../http/preflight-function.ts';
import type { StepFunction } from '../../http/step-function.ts';
import type { Log } from '../../process/ports.ts';
import type { LogEntry } from './log-entry.ts';

/** Undefined when it takes a process of its own after all: nothing was done. */
export type AskAtHand = (request: JsonRequest) => Promise<JsonAnswer | undefined>;

export interface AtHand {
  /** By the services' ids. */
  readonly functions: Readonly<Record<string, AskAtHand>>;
  /** From now on they can be asked. */
  open(ports: Ports): void;
}

export interface AtHandOptions {
  readonly onLog: (entry: LogEntry) => void;
  readonly level: keyof typeof SEVERITIES | 'silent';
  /** Settles when messages that are published find those that they are for. */
  readonly ready: () => Promise<void>;
}

export function functionsAtHand(options: AtHandOptions): AtHand {
  let given: Ports | undefined;
  const atHand = <S extends z.ZodType>(source: string, { body, step }: StepFunction<S>): AskAtHand => {
    const log = logTo(source, options);
    return async (request) => {
      let isForProcess = false;
      const answer = await answerJson(request, {
        body,
        log: () => log,
        async step(asked) {
          if (given === undefined) throw new Error(`${source} was asked before there was anything to ask it of`);
          try {
            return await step(asked, portsAtHand(given, log, options));
          } catch (thrown) {
            if (!(thrown instanceof ForProcess)) throw thrown;
            isForProcess = true;
            return undefined;
          }
        },
      });
      return isForProcess ? undefined : answer;
    };
  };
  return {
    functions: {
      index: atHand('index', INDEX),
      preflight: atHand('preflight', PREFLIGHT),
      dispatch: atHand('dispatch', DISPATCH),
    },
    open(ports) {
      given = ports;
    },
  };
}

class ForProcess extends Error {
  override readonly name = 'ForProcess';
}

const portsAtHand = (ports: Ports, log: Log, { ready }: AtHandOptions): Ports => ({
  ...ports,
  log,
  queue: {
    async publish(messages) {
      await ready();
      return ports.queue.publish(messages);
    },
  },
  // Simulating takes as long as it takes, and a process that does it ends when it is told to.
  simulations: { ...ports.simulations, run: () => Promise.reject(new ForProcess()) },
});

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity */
const SEVERITIES = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const;

/** What a process of its own would have printed. */
function logTo(source: string, { onLog, level }: AtHandOptions): Log {
  const levels = Object.keys(SEVERITIES);
  const least = level === 'silent' ? levels.length : levels.indexOf(level);
  const at =
    (name: keyof typeof SEVERITIES) =>
    (fields: Record<string, unknown>, message: string): void => {
      if (levels.indexOf(name) < least) return;
      const { event } = fields;
      onLog({
        severity: SEVERITIES[name],
        message,
        source,
        ...(typeof event === 'string' ? { event } : {}),
        fields: { ...fields, message },
      });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
