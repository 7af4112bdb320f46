/** Loaded before the first file with types, so that Node keeps what is left of that without them, too, and need not load what takes them away. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
