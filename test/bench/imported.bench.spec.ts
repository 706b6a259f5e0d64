import { expect, it } from 'vitest';
import { MOVED_BY_PERSON, MOVED_BY_UPDATE, rotateImported, SECRET_BY_UPDATE } from '../support/rotate-imported.js';

it('five hundred imported clients are proven and rotated to hosted key sets while all are in use', { timeout: 900_000 }, async () => {
  const { counts, failures, ended, seconds } = await rotateImported({ updatable: 300, portal: 100, secrets: 100 }, 4);
  const authentications = counts.reduce((sum, count) => sum + count, 0);
  process.stdout.write(
    `imported: ${counts.length} clients; ${authentications} authentications by their consumers meanwhile, ${failures.length} refused; ` +
      `imported and proven in ${seconds.imported.toFixed(1)} s, rotated in ${seconds.rotated.toFixed(1)} s, the old ones gone in ${seconds.retired.toFixed(1)} s\n`,
  );
  expect(failures).toEqual([]);
  expect(ended).toEqual({ [MOVED_BY_UPDATE]: 300, [MOVED_BY_PERSON]: 100, [SECRET_BY_UPDATE]: 100 });
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
});
