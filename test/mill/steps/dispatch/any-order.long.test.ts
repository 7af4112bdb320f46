/** More lives of a run. */
import './any-order.test.ts';
