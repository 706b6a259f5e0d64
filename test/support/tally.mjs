// Adds up the reports of the two runs of .ci/run: every test that needs a stack must have run on both, and none may be skipped.
// Beside a report may lie REPORT.again: the files of it that failed, run once more alone. What passed then is named as unstable.
// Usage: node tally.mjs <failed steps> <report of all tests> <report of the stack tests on the other backends>
//        node tally.mjs --failed <report>: the files that failed, a line each; nothing where there is no report
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const failedFiles = (report) => (report?.testResults ?? []).filter(({ status }) => status !== 'passed').map(({ name }) => name);
const tests = (report, only = '') =>
  (report?.testResults ?? [])
    .filter(({ name }) => name.endsWith(`${only}.spec.ts`))
    .flatMap(({ name, assertionResults }) => assertionResults.map((test) => ({ ...test, file: relative(process.cwd(), name) })));

/** The report with the second results of the files that were run again, and what failed at first. */
function withSecondTries(file) {
  const report = read(file);
  const again = read(`${file}.again`);
  if (!report || !again) return { report, unstable: [] };
  const second = new Map(again.testResults.map((result) => [result.name, result]));
  const merged = { ...report, success: again.success, testResults: report.testResults.map((result) => second.get(result.name) ?? result) };
  return { report: merged, unstable: tests(report).filter(({ status }) => status === 'failed') };
}

const say = (label, { file, fullName, failureMessages }) =>
  console.log(`${label}: ${file}: ${fullName}: ${(failureMessages?.[0] ?? '').split('\n')[0]}`);

function tally(failedSteps, files) {
  const runs = files.map(withSecondTries);
  const reports = runs.map(({ report }) => report);
  const all = reports.flatMap((report) => tests(report));
  const stack = reports.map((report) => tests(report, '.stack').length);
  const complaints = [];
  reports.forEach((report, index) => {
    if (!report) complaints.push(`run ${index + 1} wrote no report`);
    else if (!report.success) complaints.push(`run ${index + 1} did not succeed as a whole`);
  });
  if (new Set(stack).size > 1) complaints.push(`the runs are of different size: ${stack.join(' and ')} tests`);
  const skipped = all.filter(({ status }) => status !== 'passed' && status !== 'failed');
  if (skipped.length > 0) complaints.push(`${skipped.length} tests were skipped`);
  if (failedSteps > 0) complaints.push(`${failedSteps} steps failed`);

  const failed = all.filter(({ status }) => status === 'failed');
  console.log(`Tests with a stack: ${stack[0]} on Postgres 18 and its queue, ${stack[1]} on Postgres 15 and Redis`);
  for (const test of runs.flatMap(({ unstable }) => unstable)) say('Failed at first', test);
  for (const test of failed) say('Failed', test);
  for (const complaint of complaints) console.log(`Not good: ${complaint}`);
  console.log(`${all.length - failed.length - skipped.length} passed, ${Math.max(failed.length, complaints.length > 0 ? 1 : 0)} failed`);
  return failed.length === 0 && complaints.length === 0;
}

const [first, ...files] = process.argv.slice(2);
if (first === '--failed') for (const name of failedFiles(read(files[0]))) console.log(relative(process.cwd(), name));
else process.exitCode = tally(Number(first), files) ? 0 : 1;
