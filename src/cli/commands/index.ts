/** The commands by name. Each is loaded only when it is asked for. */
import type { Command } from '../command.ts';

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const COMMANDS = {
  init: {
    summary: 'make a project of your own, or add to one',
    load: async () => (await import('./init.ts')).init,
  },
  check: {
    summary: 'say what is wrong with the code, by file and line',
    load: async () => (await import('./check.ts')).check,
  },
  test: {
    summary: 'run the tests of the project, or those that reach what is selected',
    load: async () => (await import('./test.ts')).testCommand,
  },
  run: {
    summary: 'run the pipeline for a day, catching up on the days before it',
    load: async () => (await import('./run.ts')).run,
  },
  rerun: {
    summary: 'make cells again, whatever the plan thinks of them',
    load: async () => (await import('./rerun.ts')).rerun,
  },
  plan: {
    summary: 'say what a run would do, and why, without doing it',
    load: async () => (await import('./plan.ts')).plan,
  },
  explain: {
    summary: 'say why a computation ran for a day, or did not',
    load: async () => (await import('./explain.ts')).explain,
  },
  load: {
    summary: 'load a file of rows into a dataset',
    load: async () => (await import('./load.ts')).load,
  },
  report: {
    summary: 'say for each day what is up to date, what is not, and that it adds up',
    load: async () => (await import('./report.ts')).report,
  },
  results: {
    summary: 'show what a computation found on a day',
    load: async () => (await import('./results.ts')).results,
  },
  export: {
    summary: 'write results, events or samples as files for other programs',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  plot: {
    summary: 'plot what a computation found over days, or PromQL over samples',
    load: async () => (await import('./plot.ts')).plot,
  },
  diff: {
    summary: 'show what your code would change in a result, or compare two days',
    load: async () => (await import('./diff.ts')).diff,
  },
  runs: {
    summary: 'list the newest runs; run show ID says more of one',
    load: async () => (await import('./runs.ts')).runs,
  },
  attempts: {
    summary: 'list every attempt to make a cell, over all runs',
    load: async () => (await import('./attempts.ts')).attempts,
  },
  'dead-letters': {
    summary: 'list tasks that were given up; show, replay or drop one',
    load: async () => (await import('./dead-letters.ts')).deadLetters,
  },
  cancel: {
    summary: 'stop a run and the rest of its dispatch',
    load: async () => (await import('./cancel.ts')).cancel,
  },
  actions: {
    summary: 'list what people did by hand: who, what, why',
    load: async () => (await import('./actions.ts')).actions,
  },
  pause: {
    summary: 'keep a computation, or all of them, from running',
    load: async () => (await import('./pause.ts')).pause,
  },
  resume: {
    summary: 'let what was paused run again',
    load: async () => (await import('./pause.ts')).resume,
  },
  graph: {
    summary: 'write the graph for Mermaid, Graphviz or a browser',
    load: async () => (await import('./graph.ts')).graph,
  },
  docs: {
    summary: 'write the computations as a page for people, from the code and its comments',
    load: async () => (await import('./docs.ts')).docs,
  },
  manifest: {
    summary: 'show the computations, and write the manifest for a deployment',
    load: async () => (await import('./manifest.ts')).manifest,
  },
  emulators: {
    summary: 'run the local cloud alone, for other programs',
    load: async () => (await import('./emulators.ts')).emulators,
  },
  serve: {
    summary: 'take metrics in, and answer everything over HTTP, on this machine',
    load: async () => (await import('./serve.ts')).serve,
  },
  deploy: {
    summary: 'make a deployment on Google Cloud, or say what it would be and cost',
    load: async () => (await import('./deploy.ts')).deploy,
  },
  logs: {
    summary: 'link to what a deployed run or task has logged',
    load: async () => (await import('./logs.ts')).logs,
  },
  secrets: {
    summary: "list the secrets of the project's own functions; set one",
    load: async () => (await import('./secrets.ts')).secrets,
  },
  token: {
    summary: 'make a token for requests to what runs on this machine',
    load: async () => (await import('./token.ts')).token,
  },
  jobs: {
    summary: 'list what is done again and again with what is collected, and what came of it',
    load: async () => (await import('./jobs.ts')).jobs,
  },
  keys: {
    summary: 'list the keys of an organization; create or revoke one',
    load: async () => (await import('./keys.ts')).keys,
  },
  dev: {
    summary: 'keep everything running, and plan again at every change',
    load: async () => (await import('./dev.ts')).dev,
  },
  completion: {
    summary: 'write the script by which a shell completes the command line',
    load: async () => (await import('./completion.ts')).completion,
  },
} satisfies Record<string, Entry>;
