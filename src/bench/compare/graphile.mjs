// Jobs that do nothing, through graphile-worker. Prints how many milliseconds all took, from the first enqueue on.
// usage: node graphile.mjs URL JOBS SLOTS
import { Logger, makeWorkerUtils, run } from "graphile-worker";

const [connectionString, count, slots] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const logger = new Logger(() => () => {});
const utils = await makeWorkerUtils({ connectionString, logger });
await utils.migrate();
let left = count;
let ended;
const all = new Promise((resolve) => (ended = resolve));
const noop = async () => {
  left -= 1;
  if (left === 0) ended();
};
const begun = performance.now();
await utils.withPgClient((client) =>
  client.query("select graphile_worker.add_job('noop') from generate_series(1, $1)", [count]),
);
const runner = await run({ connectionString, logger, concurrency: slots, noHandleSignals: true, taskList: { noop } });
await all;
await runner.stop();
console.log(Math.round(performance.now() - begun));
await utils.release();
