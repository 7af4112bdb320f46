#!/usr/bin/env node
process.stdout.write(`hello ${process.version} ${process.argv.slice(2).join(' ')}\n`);
