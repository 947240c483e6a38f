import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstError } from '../../src/core/log/firstError';
import { read } from '../core/log/support';
import { createLivingRepository, type LivingRepository } from '../demo/livingRepository';
import type { FakeBuild } from './model';

describe('The repository of the demo', () => {
  let repository: LivingRepository;
  before(async () => {
    repository = await createLivingRepository(Date.now, '18.9');
  });
  after(() => repository.close());

  const newest = (name: string, ref: string): FakeBuild => {
    const { gitlab, project } = repository;
    const builds = gitlab.world.buildIds(project.project).map((id) => gitlab.world.build(id));
    const found = builds.findLast((build) => build.name === name && build.ref === ref);
    assert.ok(found, `no ${name} of ${ref}`);
    return found;
  };

  it('has a log on dark-theme whose first error leads to a line in the repository', async () => {
    const { status, trace } = newest('rspec 1/2', 'dark-theme');
    assert.equal(status, 'failed');
    const log = read(trace);
    const error = await firstError(log);
    assert.ok(error !== undefined);
    const lines = log.lines.slice(error, error + 5);
    assert.match(lines.join('\n'), /Oven takes no more than 260 °C/);
    const [, path = '', number = ''] = /# \.\/(\S+):(\d+)/.exec(lines.join('\n')) ?? [];
    const line = (await readFile(join(repository.folder, path), 'utf8')).split('\n')[Number(number) - 1];
    assert.match(line ?? '', /expect \{ oven\.heat\(to: 261\) \}\.to raise_error/);
  });

  it('has a build that fails until somebody retries it', () => {
    const { gitlab, project } = repository;
    for (let ticks = 0; ticks < 150; ticks++) project.tick();
    const failed = newest('integration', 'test-ci');
    assert.equal(failed.status, 'failed');
    gitlab.world.retry(failed, failed.user);
    for (let ticks = 0; ticks < 60; ticks++) project.tick();
    assert.equal(newest('integration', 'test-ci').status, 'success');
  });
});
