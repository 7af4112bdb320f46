#!/usr/bin/env node
/** What is started: everything else is loaded once there is a cache of what was compiled, which halves the start of every command but the first. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { commandLine } = await import('./command-line.ts');
await commandLine(process.argv.slice(2));
