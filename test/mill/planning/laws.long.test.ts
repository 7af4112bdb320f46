/** The planner's laws on more stories. */
import './laws.test.ts';
