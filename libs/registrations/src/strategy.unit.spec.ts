import { SystemClock } from '@registrar/clock';
import { createOutbound } from '@registrar/outbound';
import { quirksFor } from '@registrar/dcr';
import { describe, expect, it } from 'vitest';
import { dynamicStrategy } from './dynamic.strategy.js';
import type { OperationKind } from './operation-status.js';
import { portalStrategy } from './portal.strategy.js';
import { markStep, nextStep, type Step } from './step.js';
import type { UpstreamAccess } from './upstream-access.js';
import type { WorkUpstream } from './work.js';

const KINDS: readonly OperationKind[] = ['register', 'update', 'rotate', 'verify', 'sync', 'deregister'];
const STEP_KINDS = ['upstream_write', 'upstream_read', 'publish', 'wait_until', 'wait_for_person', 'probe'];
// Planning touches nothing: whatever a strategy would reach for while it plans is not there.
const upstreams = ['generic', 'keycloak', 'curity', 'spring'].map((vendor) => ({
  upstream: { quirks: quirksFor(vendor) } as WorkUpstream,
}));
const access = {
  outbound: createOutbound({ allow: [] }),
  clock: new SystemClock(),
  publicUrl: 'https://registrar.example',
  proofLadderMs: [0],
};

describe.each([dynamicStrategy, portalStrategy])('the contract of a strategy: %o', (make) => {
  const strategy = make(access as unknown as UpstreamAccess);

  it('registers and verifies', () => {
    for (const work of upstreams) for (const kind of ['register', 'verify'] as const) expect(strategy.plan(kind, work)).toBeDefined();
  });

  it.each(KINDS)('can take every step that it plans for %s, each of a known kind and named once', (kind) => {
    for (const work of upstreams) {
      const plan = strategy.plan(kind, work) ?? [];
      expect(new Set(plan.map((step) => step.name)).size).toBe(plan.length);
      for (const step of [...plan, ...(strategy.detours ?? [])]) {
        expect(strategy.steps[step.name]).toBeTypeOf('function');
        expect(STEP_KINDS).toContain(step.kind);
      }
    }
  });

  it('ends a registration with a proof, after a key was published and before anything is promoted', () => {
    const kinds = upstreams.flatMap((work) => [strategy.plan('register', work)])[0]?.map((step) => step.kind);
    expect(kinds?.[0]).toBe('publish');
    expect(kinds?.at(-1)).toBe('probe');
  });

  it('has no step that no plan knows', () => {
    const plans = KINDS.flatMap((kind) => upstreams.flatMap((work) => strategy.plan(kind, work) ?? []));
    const planned = new Set([...plans, ...(strategy.detours ?? [])].map((step) => step.name));
    expect(Object.keys(strategy.steps).filter((name) => !planned.has(name))).toEqual([]);
  });
});

describe('persisted steps', () => {
  const at = new Date('2026-01-01T00:00:00Z');
  const steps: Step[] = [
    { name: 'a', kind: 'publish', status: 'pending' },
    { name: 'b', kind: 'probe', status: 'pending' },
  ];

  it('go on at the first that is not done', () => {
    expect(nextStep(steps)?.name).toBe('a');
    const done = markStep(steps, 'a', 'done', at);
    expect(done[0]).toEqual({ name: 'a', kind: 'publish', status: 'done', started_at: at.toISOString(), finished_at: at.toISOString() });
    expect(nextStep(done)?.name).toBe('b');
    expect(nextStep(markStep(done, 'b', 'done', at))).toBeUndefined();
  });

  it('keep when they were started', () => {
    const later = new Date('2026-01-01T00:01:00Z');
    expect(markStep(markStep(steps, 'a', 'running', at), 'a', 'done', later)[0]?.started_at).toBe(at.toISOString());
  });
});
