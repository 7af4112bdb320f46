/** Memory of tasks. */
import type { View } from '../../../compose-view.ts';
import { MAX_MEMORY_TASKS, MemoryAnswer, memoryAnswer } from '../../../mill/answers/memory.ts';
import type { Route } from '../../route.ts';
import { answered, MILL } from './ask.ts';

export const memoryRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/memory',
    id: 'readMemory',
    summary: `What tasks took of memory lately, what is expected, and what their tiers waste: of the newest ${MAX_MEMORY_TASKS} tasks.`,
    answers: { 200: { description: 'by computation', schema: MemoryAnswer } },
    handle: () => answered(view(), (ports) => memoryAnswer(ports)),
  },
];
