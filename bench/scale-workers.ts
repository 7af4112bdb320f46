/**
 * Tasks in a simulated night. What becomes of a task is decided by the real lifecycle (leases, deaths, halving, going on
 * later); an instance is one processor that its tasks share, second by second. Documents are those of `firestore-tasks.ts` (`claim`, `heartbeat`,
 * `save`) and `firestore-counters.ts` (`countOff`, `readIfOver`).
 */
import { onCellDone, onGiveUp } from '../src/mill/lifecycle/finish.ts';
import { decideLease } from '../src/mill/lifecycle/lease.ts';
import {
  HEARTBEAT_SECONDS,
  IDLE_WORKER_MB,
  LEASE_SECONDS,
  PLANNED_TASK_SECONDS,
} from '../src/mill/lifecycle/limits.ts';
import { continueLater } from '../src/mill/lifecycle/split.ts';
import type { CellOutcome } from '../src/mill/model/cell.ts';
import { computationIn, type Manifest } from '../src/mill/model/manifest.ts';
import { messageFor } from '../src/mill/model/message.ts';
import type { Run } from '../src/mill/model/run.ts';
import { isTerminal, openCells, type Task, type TaskCell } from '../src/mill/model/task.ts';
import type { Tiers } from '../src/mill/model/tier.ts';
import { COMMIT_CELLS, COMMIT_EVERY_MS } from '../src/mill/steps/work/gather-outcomes.ts';
import { groupCells } from '../src/mill/steps/work/group-cells.ts';
import { assignLeaves } from '../src/mill/model/counter-tree.ts';
import type { SimulatedClock } from './scale-clock.ts';
import type { Delivery, Instance, Instances } from './scale-instances.ts';
import { type FirestoreModel, type Hot, PLATFORM } from './scale-platform.ts';

/** What work takes, in milliseconds of a processor. `docs/execution.md` has the cell; the rest is of what the bundled flights take, and assumed. */
export const WORK = {
  cellMs: 0.3,
  /** Of an entity: unpacked and parsed once a scan, and added by each of its computations. */
  entityMs: 0.004,
  addMs: 0.0003,
  /** Packed. */
  entityBytes: 30,
  /** Beside an idle worker, of a scan: what is at hand of the entities, and of each computation's sums. */
  scanMB: (entities: number, cells: number): number => 60 + (70 * entities) / 1e6 + 2 * cells,
} as const;

/** Longest stretch of processor time that a task has before others have their turn. */
const SLICE_MS = 1_000;

export interface WorkersOptions {
  readonly clock: SimulatedClock;
  readonly store: FirestoreModel;
  readonly manifest: Manifest;
  readonly tiers: Tiers;
  readonly entities: number;
  readonly outcomeOf: (task: Task, cell: TaskCell) => CellOutcome;
  /** A run has no open task left. */
  readonly onOver: (run: Run, atMs: number) => void;
  /** A task has ended. */
  readonly onEnded: (task: Task) => void;
}

export class Workers {
  readonly tasks = new Map<string, Task>();
  cells = 0;
  /** The longest that a task was at work, and of this wave the longest of a chain. */
  longestMs = 0;
  chainMs = 0;
  readonly #options: WorkersOptions;
  readonly #instances: Instances;
  readonly #runs = new Map<string, { run: Run; readonly left: Map<number, number>; total: number }>();
  #tokens = 0;

  constructor(options: WorkersOptions, instances: Instances) {
    this.#options = options;
    this.#instances = instances;
  }

  /** As `createRun` has them. */
  claim(run: Run, tasks: readonly Task[]): void {
    const left = new Map<number, number>();
    for (const task of assignLeaves(tasks, run.leaves)) {
      this.tasks.set(task.id, task);
      left.set(task.leaf ?? -1, (left.get(task.leaf ?? -1) ?? 0) + 1);
    }
    this.#runs.set(run.id, { run, left, total: tasks.length });
  }

  tasksOf(run: Run): Task[] {
    return [...this.tasks.values()].filter(({ runId }) => runId === run.id);
  }

  close(run: Run): void {
    for (const task of this.tasksOf(run)) this.tasks.delete(task.id);
    this.#options.store.forget('run', run.id);
    for (let leaf = 0; leaf < (run.leaves ?? 0); leaf++) this.#options.store.forget('counter', `${run.id} ${leaf}`);
    this.#runs.delete(run.id);
  }

  publish(tasks: readonly Task[]): void {
    for (const task of tasks) {
      const delivery = { taskId: task.id, tier: messageFor(task).resources, count: 0, isWaiting: false };
      this.#options.clock.after(PLATFORM.deliveryMs, () => this.#instances.push(delivery));
    }
  }

  /** As mill/steps/work/work.ts. */
  work(delivery: Delivery, instance: Instance): void {
    const { clock, store, tiers } = this.#options;
    const readMs = store.read(clock.nowMs, 1);
    this.#instances.onInstance(instance, delivery, readMs, () => {
      const found = this.tasks.get(delivery.taskId);
      // Its run is closed.
      if (found === undefined) return this.#instances.done(instance);
      const token = `${instance.id}-${this.#tokens++}`;
      const decision = decideLease(found, {
        worker: instance.id,
        token,
        tier: instance.tier,
        nowMs: clock.nowMs,
        leaseMs: LEASE_SECONDS * 1_000,
        tiers,
      });
      // Whoever split them off may have died before their messages were sent.
      const before = (decision.save ?? found).parts?.flatMap((id) => this.tasks.get(id) ?? []) ?? [];
      this.publish(before.filter(({ status }) => status === 'PENDING'));
      if (decision.kind === 'done') return this.#instances.done(instance);
      if (decision.kind === 'busy') {
        this.#instances.refuse(delivery);
        return this.#instances.done(instance);
      }
      const parts = decision.parts ?? [];
      const hot: [Hot, string][] = [['task', found.id], ...parts.map((part): [Hot, string] => ['task', part.id])];
      const savedMs = store.commit(clock.nowMs, [...hot, ...(parts.length > 0 ? [this.#counterOf(found)] : [])]);
      this.#save(decision.save, parts);
      this.#instances.onInstance(instance, delivery, savedMs, () => {
        this.publish(parts);
        if (decision.kind === 'reroute') {
          this.publish([decision.save]);
          return this.#instances.done(instance);
        }
        if (decision.kind === 'give-up')
          return this.#end(onGiveUp(decision.save, decision.error), instance, delivery, []);
        this.#attempt(decision.save, instance, delivery, token);
      });
    });
  }

  #save(task: Task, parts: readonly Task[] = []): void {
    this.tasks.set(task.id, task);
    const of = this.#runs.get(task.runId);
    for (const part of parts) {
      this.tasks.set(part.id, part);
      if (of === undefined) continue;
      of.left.set(part.leaf ?? -1, (of.left.get(part.leaf ?? -1) ?? 0) + 1);
      of.total++;
    }
  }

  #counterOf({ runId, leaf }: Task): [Hot, string] {
    return leaf === undefined ? ['run', runId] : ['counter', `${runId} ${leaf}`];
  }

  /** As mill/steps/work/attempt.ts, with the heartbeat beside it: outcomes are committed by `COMMIT_CELLS`, or a second's worth. */
  #attempt(leased: Task, instance: Instance, delivery: Delivery, token: string): void {
    const { clock, manifest } = this.#options;
    const startedMs = clock.nowMs;
    this.#beat(leased.id, token, instance, startedMs);
    const groups = groupCells(openCells(leased), leased.chained, manifest);
    let made: TaskCell[] = [];
    let sinceMs = startedMs;
    const commit = (then: () => void): void => {
      const cells = made;
      made = [];
      this.#commit(leased.id, cells, instance, delivery, startedMs, () => {
        sinceMs = clock.nowMs;
        then();
      });
    };
    const next = (index: number): void => {
      const group = groups[index];
      if (group === undefined) return;
      this.longestMs = Math.max(this.longestMs, clock.nowMs - startedMs);
      if (leased.chained) this.chainMs = Math.max(this.chainMs, clock.nowMs - startedMs);
      if (index > 0 && clock.nowMs > startedMs + PLANNED_TASK_SECONDS * 1_000) {
        if (made.length > 0) return commit(() => next(index));
        const { task: kept, part } = continueLater(this.tasks.get(leased.id) as Task);
        return this.#end(kept, instance, delivery, [], [part]);
      }
      this.#make(group, instance, delivery, () => {
        made.push(...group);
        const isEnough = made.length >= COMMIT_CELLS || clock.nowMs - sinceMs >= COMMIT_EVERY_MS;
        if (isEnough || index === groups.length - 1) commit(() => next(index + 1));
        else next(index + 1);
      });
    };
    next(0);
  }

  #beat(taskId: string, token: string, instance: Instance, startedMs: number): void {
    const { clock, store } = this.#options;
    clock.after(HEARTBEAT_SECONDS * 1_000, () => {
      const task = this.tasks.get(taskId);
      if (!instance.isAlive || task?.lease?.token !== token || isTerminal(task)) return;
      store.commit(clock.nowMs, [['task', taskId]]);
      this.tasks.set(taskId, {
        ...task,
        telemetry: this.#telemetry(task, instance, startedMs),
        lease: { ...task.lease, untilMs: clock.nowMs + LEASE_SECONDS * 1_000 },
      });
      this.#beat(taskId, token, instance, startedMs);
    });
  }

  #telemetry(task: Task, instance: Instance, startedMs: number): NonNullable<Task['telemetry']> {
    const { clock, entities, manifest } = this.#options;
    const timestamp = new Date(clock.nowMs).toISOString();
    const scans = task.cells.filter(({ computation }) => this.#dataset(computation) !== undefined);
    const rssMB =
      IDLE_WORKER_MB +
      (scans.length === 0 ? 20 : WORK.scanMB(entities, groupCells(scans, task.chained, manifest)[0]?.length ?? 1));
    return {
      lastHeartbeat: timestamp,
      lastMemory: { rssMB, heapUsedMB: rssMB / 2, timestamp },
      peakRssMB: rssMB,
      startRssMB: IDLE_WORKER_MB,
      tasksAtOnce: instance.used,
      entities: scans.length === 0 ? 0 : entities,
      seconds: (clock.nowMs - startedMs) / 1_000,
    };
  }

  #dataset(computation: string): string | undefined {
    const needs = computationIn(this.#options.manifest, computation)?.needs ?? [];
    return needs.find((need) => need.kind === 'dataset')?.of;
  }

  /** A group of cells: read for, and made. */
  #make(group: readonly TaskCell[], instance: Instance, delivery: Delivery, then: () => void): void {
    const { clock, store, entities } = this.#options;
    const streams = group.some(({ computation }) => this.#dataset(computation) !== undefined);
    const bytes = streams ? entities * WORK.entityBytes : 0;
    const shards = Math.ceil(bytes / 900_000);
    const places = new Set(group.flatMap(({ computation, date, reads }) => this.#places(computation, date, reads)));
    const readMs = store.read(clock.nowMs, places.size + (shards > 1 ? shards : 0), bytes);
    const scanMs = streams ? entities * (WORK.entityMs + WORK.addMs * group.length) : 0;
    this.#compute(instance, delivery, readMs, scanMs + group.length * WORK.cellMs, then);
  }

  /** A hundred at most in one commit; with the last of a task, its end. */
  #commit(
    taskId: string,
    cells: readonly TaskCell[],
    instance: Instance,
    delivery: Delivery,
    startedMs: number,
    then: () => void,
  ): void {
    const { clock, store, outcomeOf } = this.#options;
    const some = cells.slice(0, COMMIT_CELLS);
    let saved = this.tasks.get(taskId) as Task;
    for (const cell of some) saved = onCellDone(saved, cell, outcomeOf(saved, cell));
    if (isTerminal(saved)) {
      const telemetry = this.#telemetry(saved, instance, startedMs);
      return this.#end({ ...saved, telemetry }, instance, delivery, some);
    }
    const savedMs = store.commit(
      clock.nowMs,
      [['task', taskId]],
      some.map(({ computation }) => computation),
    );
    this.#instances.onInstance(instance, delivery, savedMs, () => {
      this.cells += some.length;
      const { lease = saved.lease, telemetry = saved.telemetry } = this.tasks.get(taskId) as Task;
      this.tasks.set(taskId, { ...saved, ...(lease && { lease }), ...(telemetry && { telemetry }) });
      if (cells.length > COMMIT_CELLS)
        this.#commit(taskId, cells.slice(COMMIT_CELLS), instance, delivery, startedMs, then);
      else then();
    });
  }

  #places(name: string, date: string, reads: Readonly<Record<string, string>>): string[] {
    const needs = computationIn(this.#options.manifest, name)?.needs ?? [];
    return needs.map((need) =>
      need.kind === 'previous' ? `${name} ${reads['previous']}` : `${'of' in need ? need.of : ''} ${date}`,
    );
  }

  /** In slices, so that tasks of one instance share its processor. */
  #compute(instance: Instance, delivery: Delivery, fromMs: number, ms: number, then: () => void): void {
    this.#instances.onInstance(instance, delivery, fromMs, () => {
      const { clock } = this.#options;
      const slice = Math.min(ms, SLICE_MS);
      instance.freeMs = Math.max(instance.freeMs, clock.nowMs) + slice;
      if (ms > slice) this.#compute(instance, delivery, instance.freeMs, ms - slice, then);
      else this.#instances.onInstance(instance, delivery, instance.freeMs, then);
    });
  }

  /** Task, cells and count in one commit; then whoever finds the run at zero says so. */
  #end(
    task: Task,
    instance: Instance,
    delivery: Delivery,
    cells: readonly TaskCell[],
    parts: readonly Task[] = [],
  ): void {
    const { clock, store, onEnded, onOver } = this.#options;
    const hot: [Hot, string][] = [
      ['task', task.id],
      this.#counterOf(task),
      ...parts.map((part): [Hot, string] => ['task', part.id]),
    ];
    const savedMs = store.commit(
      clock.nowMs,
      hot,
      cells.map(({ computation }) => computation),
    );
    this.#instances.onInstance(instance, delivery, savedMs, () => {
      this.#save(task, parts);
      this.cells += cells.length;
      onEnded(task);
      this.publish(parts);
      const of = this.#runs.get(task.runId);
      if (of === undefined) throw new Error(`${task.id} ended after its run was closed`);
      const leaf = task.leaf ?? -1;
      of.left.set(leaf, (of.left.get(leaf) as number) - 1);
      const isOver = [...of.left.values()].every((left) => left === 0);
      // One's own counter and, where that is at zero, the run and the sum of all.
      const askedMs = store.read(clock.nowMs, of.left.get(leaf) === 0 && task.leaf !== undefined ? 3 : 1);
      this.#instances.done(instance);
      if (isOver) clock.at(askedMs, () => onOver(of.run, clock.nowMs));
    });
  }
}
