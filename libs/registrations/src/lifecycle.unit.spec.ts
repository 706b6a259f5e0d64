import { describe, expect, it } from 'vitest';
import { allows, resumption, REGISTRATION_STATUSES, TRANSITIONS, type RegistrationStatus } from './lifecycle.js';

describe('the lifecycle table', () => {
  it('reaches every status from pending', () => {
    const reached = new Set<RegistrationStatus>(['pending']);
    for (let before = -1; before !== reached.size;) {
      before = reached.size;
      for (const { from, to } of TRANSITIONS)
        if ((from as readonly RegistrationStatus[]).some((status) => reached.has(status))) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...REGISTRATION_STATUSES].sort());
  });

  it.each(REGISTRATION_STATUSES.filter((status) => status !== 'deregistered'))('can leave %s', (status) => {
    expect(TRANSITIONS.some(({ from, to }) => (from as readonly RegistrationStatus[]).includes(status) && to !== status)).toBe(true);
  });

  it('resumes to exactly what can be suspended', () => {
    const back = TRANSITIONS.filter(({ event }) => event === 'resume').map(({ to }) => to);
    expect(back).toEqual(
      REGISTRATION_STATUSES.filter((status) => allows('suspend', status)).sort((a, b) => back.indexOf(a) - back.indexOf(b)),
    );
    expect(resumption('active')).toMatchObject({ from: ['suspended'], to: 'active' });
    expect(resumption('deregistered')).toBeUndefined();
  });

  it('never leaves deregistered', () => {
    expect(TRANSITIONS.filter(({ event }) => allows(event, 'deregistered'))).toEqual([]);
  });

  it.each(REGISTRATION_STATUSES.filter((status) => status !== 'deregistered' && status !== 'deregistering'))(
    'lets %s be deregistered',
    (status) => {
      expect(allows('deregister', status)).toBe(true);
    },
  );
});
