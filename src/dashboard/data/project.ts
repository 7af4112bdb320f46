/** The project: what every view needs to know, asked once. */
import { computed, signal } from '@preact/signals';
import { query } from '../shell/location.ts';

/** As GET /api/mill/project answers it. */
export interface Project {
  readonly name: string;
  readonly version: string;
  /** Of the page that the server serves. */
  readonly page: string;
  readonly from: string;
  readonly date: string;
  readonly today: string;
  readonly target: 'local' | 'cloud';
  readonly organization: string;
  readonly organizations: readonly string[];
  readonly subject: string;
  readonly role: string;
  readonly tiers: readonly { readonly name: string; readonly memoryMB: number }[];
  readonly computations: readonly ProjectComputation[];
  /** What people have stopped; all computations when it names none. */
  readonly paused: readonly {
    readonly computation: string | null;
    readonly sinceMs: number;
    readonly by?: string;
    readonly because?: string;
  }[];
  readonly datasets: readonly { readonly name: string; readonly description?: string }[];
}

export interface ProjectComputation {
  readonly name: string;
  readonly category: string;
  readonly pass: number;
  readonly description?: string;
  readonly keyed: boolean;
  readonly needs: readonly string[];
}

export const project = signal<Project | undefined>(undefined);

/** The days that are looked at: the link's, else the project's. Inclusive, both. */
export const days = computed(() => ({
  from: query.value.get('from') ?? project.value?.from ?? '',
  to: query.value.get('to') ?? project.value?.date ?? '',
}));

export const mayAct = computed(() => project.value?.role === 'admin');

export const computationOf = (name: string): ProjectComputation | undefined =>
  project.value?.computations.find((one) => one.name === name);
