/** Preloaded into every function's process: when the CLI is gone, however it went, the process ends too. */
process.on('disconnect', () => process.exit(0));
// Only to notice the parent's end; the channel must not keep a finished process alive.
process.channel?.unref();
