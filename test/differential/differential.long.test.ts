/** The differential test on other graphs, and more of them. */
import './differential.test.ts';
