import { afterAll, beforeAll, expect, it } from 'vitest';
import { startStack, type Stack } from '../support/index.js';
import { DEMO_MS, DEMO_SANDBOX, demoOn, liveClients } from './demo-run.js';

// Two answers are lost, one after the server has made the client, one before it has heard of it.
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    sandboxEnv: DEMO_SANDBOX,
    sandboxFaults: [
      { vendor: 'summit', hospital: 'h02', kind: 'reset_after_commit' },
      { vendor: 'lagoon', kind: 'reset_before' },
    ],
  });
});
afterAll(() => stack.stop());

it('a run with lost answers says so in words, and holds nothing for done', { timeout: DEMO_MS }, async () => {
  const { standings, complaints } = await demoOn(stack);
  const unknown = standings.filter(({ registration }) => registration?.status === 'outcome_unknown');
  expect(unknown.map(({ vendor }) => vendor).sort()).toEqual(['lagoon', 'summit']);
  expect(complaints).toContainEqual(
    expect.stringMatching(/^Bayview General Hospital at summit is outcome unknown\. .*\(registrations\.outcome_unknown\)\. Next: /),
  );
  expect(complaints).toContainEqual(expect.stringMatching(/^summit h02 has the client \S+, which no registration holds\.$/));
  expect(await liveClients(stack)).toHaveLength(39);
});

it('the next run finds out what became of them, and ends with forty', { timeout: DEMO_MS }, async () => {
  const { complaints, screen } = await demoOn(stack);
  expect(complaints).toEqual([]);
  expect(screen).toContain("✓ 2 answers were lost in an earlier run; as the hospitals' administrators, looked for their clients\n");
  expect(screen).toContain('✓ 1 of these clients were there and are removed; 1 had never come to be\n');
  expect(await liveClients(stack)).toHaveLength(40);
});
