/** More edits of the two. */
import './mutants.test.ts';
