/** One night of `npm run bench -- scale`, in a process of its own, so that its memory is its own: prints a line of JSON. */
import { Night, type NightOptions } from './scale-night.ts';

const { endings, made: _, ...figures } = await new Night(JSON.parse(process.argv[2] ?? '{}') as NightOptions).run();
const twice = [...endings.values()].filter((times) => times !== 1).length;
if (twice > 0) throw new Error(`${twice} tasks ended more than once`);
process.stdout.write(`${JSON.stringify(figures)}\n`);
