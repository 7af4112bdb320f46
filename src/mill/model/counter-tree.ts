/**
 * How many documents count a run's tasks, so that none is written much more than once a second.
 *
 * A small run is counted by its own document. A large one has leaves, each of which counts an equal share of the tasks exactly. The
 * run's document is not counted down by its leaves, which would all reach it in the same last second: that all of them are at zero is
 * asked of Firestore in one read (a sum over the leaves), by whoever brings one to zero. So nothing can be lost on the way up: leaves
 * at zero are the state itself, and the next message, the dispatcher and the reconciler see it too.
 */
import type { Task } from './task.ts';

/** What Firestore sustains on one document, in writes a second: https://firebase.google.com/docs/firestore/quotas (older editions). */
const WRITES_A_SECOND = 1;

/** All tasks of a run may end within this time: the largest run that is planned for is 10,000 tasks in a minute. */
const SHORTEST_RUN_SECONDS = 60;

/** Tasks do not end evenly, and tasks that are split are counted where their parent is: half of what one document takes. */
const EVENNESS = 0.5;

/** Tasks that one document counts. */
export const TASKS_A_COUNTER = WRITES_A_SECOND * SHORTEST_RUN_SECONDS * EVENNESS;

/** Leaves for a run of so many tasks; undefined when its own document can count them. */
export const leavesFor = (totalTasks: number): number | undefined =>
  totalTasks <= TASKS_A_COUNTER ? undefined : Math.ceil(totalTasks / TASKS_A_COUNTER);

/** The tasks in turn over the leaves. */
export const assignLeaves = (tasks: readonly Task[], leaves: number | undefined): Task[] =>
  tasks.map((task, index) => (leaves === undefined ? task : { ...task, leaf: index % leaves }));
