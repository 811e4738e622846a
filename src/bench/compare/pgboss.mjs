// Jobs that do nothing, through pg-boss, fetched by the hundred. Prints how many milliseconds all took, from the first
// enqueue on. usage: node pgboss.mjs URL JOBS SLOTS
import PgBoss from "pg-boss";

const [url, count, slots] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const batch = 100;
const boss = new PgBoss(url);
boss.on("error", (failure) => {
  console.error(failure);
  process.exit(1);
});
await boss.start();
await boss.createQueue("noop");
let left = count;
const begun = performance.now();
await boss.insert(Array.from({ length: count }, () => ({ name: "noop" })));
const worker = async () => {
  while (left > 0) {
    const jobs = await boss.fetch("noop", { batchSize: batch });
    if (jobs.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    } else {
      await boss.complete("noop", jobs.map((job) => job.id));
      left -= jobs.length;
    }
  }
};
await Promise.all(Array.from({ length: slots }, worker));
console.log(Math.round(performance.now() - begun));
await boss.stop({ graceful: false });
process.exit(0);
