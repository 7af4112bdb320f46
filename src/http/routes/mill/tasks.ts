/** One task. */
import type { View } from '../../../compose-view.ts';
import { TaskAnswer, taskAnswer } from '../../../mill/answers/task.ts';
import type { Route } from '../../route.ts';
import { answered, idOf, MILL } from './ask.ts';

export const taskRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/tasks/:id',
    id: 'readTask',
    summary: 'A task: its attempts with their memory, its cells, its tier and the next.',
    answers: { 200: { description: 'its attempts, oldest first', schema: TaskAnswer } },
    handle: (asked) => answered(view(), (ports) => taskAnswer({ id: idOf(asked) }, ports)),
  },
];
