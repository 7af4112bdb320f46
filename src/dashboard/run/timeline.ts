/** The timeline of a dispatch, and a task of it. */
import type { TimelineAnswer } from '../../mill/answers/timeline.ts';

export type Timeline = TimelineAnswer;
export type TimelineTask = TimelineAnswer['tasks'][number];
