import { run } from './cli/run.ts';

process.exitCode = await run(process.argv.slice(2), process.env);
// Nothing of ours is left. Engine.IO keeps a timer of half a minute for every polling client that broke off, and would keep the
// process for it.
setTimeout(() => process.exit(), 1_000).unref();
