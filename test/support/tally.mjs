// Adds up the reports of the two runs of .ci/run: every test that needs a stack must have run on both, and none may be skipped.
// Usage: node tally.mjs <failed steps> <report of all tests> <report of the stack tests on the other backends>
import { readFileSync } from 'node:fs';

const [failedSteps, ...files] = process.argv.slice(2);
const reports = files.map((file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
});
const tests = (report, only = '') =>
  (report?.testResults ?? []).filter(({ name }) => name.endsWith(`${only}.spec.ts`)).flatMap((file) => file.assertionResults);
const count = (list, status) => list.filter((test) => test.status === status).length;

const all = reports.flatMap((report) => tests(report));
const stack = reports.map((report) => tests(report, '.stack').length);
const complaints = [];
reports.forEach((report, index) => report ?? complaints.push(`run ${index + 1} wrote no report`));
reports.forEach((report, index) => {
  if (report && !report.success) complaints.push(`run ${index + 1} did not succeed as a whole`);
});
if (new Set(stack).size > 1) complaints.push(`the runs are of different size: ${stack.join(' and ')} tests`);
const skipped = all.filter(({ status }) => status !== 'passed' && status !== 'failed');
if (skipped.length > 0) complaints.push(`${skipped.length} tests were skipped`);
if (Number(failedSteps) > 0) complaints.push(`${failedSteps} steps failed`);

console.log(`Tests with a stack: ${stack[0]} on Postgres 18 and its queue, ${stack[1]} on Postgres 15 and Redis`);
for (const complaint of complaints) console.log(`Not good: ${complaint}`);
const failed = count(all, 'failed');
console.log(`${count(all, 'passed')} passed, ${Math.max(failed, complaints.length > 0 ? 1 : 0)} failed`);
process.exitCode = failed > 0 || complaints.length > 0 ? 1 : 0;
