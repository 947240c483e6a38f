import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RepositoryBuilds } from '../../../src/ui/api';
import { seedProject } from '../../gitlab/seed';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { FakeRepository } from '../fake/git';
import { until } from '../fake/until';
import { RealRepository } from '../realRepository';

const count = 60;

/** A window with sixty real git repositories, each of a project of its own on one GitLab. */
describe('Sixty repositories', function () {
  this.timeout(120_000);
  const apps = appsInTests();
  let first: RealRepository;
  let sha: string;
  beforeEach(() => {
    first = new RealRepository();
    sha = first.commit();
  });
  afterEach(() => first.remove());

  /** A copy of the first, of another project, whose builds have ended. */
  function addRepository({ gitlab }: App, path: string): FakeRepository {
    const { project, ref } = seedProject(gitlab.world, { sha, ref: 'main', path });
    for (const name of ['lint', 'rspec', 'spinach'])
      gitlab.world.addBuild(project, { name, sha, ref, stage: 'test', status: 'success', createdAt: 0, finishedAt: 1 });
    const root = join(dirname(first.root), path.replace('/', '-'));
    cpSync(first.root, root, { recursive: true });
    const config = join(root, '.git', 'config');
    writeFileSync(config, readFileSync(config, 'utf8').replace(first.server, `${gitlab.url}/${path}.git`));
    return new FakeRepository(root, { name: ref, commit: sha });
  }

  async function all(app: App, isIt: (one: RepositoryBuilds) => boolean): Promise<void> {
    await until('all repositories', () => app.api.repositories.filter(isIt).length > count, 100_000);
  }
  const isShown = ({ state, builds }: RepositoryBuilds) => state === 'ready' && builds.length > 0;
  const isFresh = (one: RepositoryBuilds) => isShown(one) && one.stale === undefined;

  it('take two requests each, and are shown at the next start before GitLab answers at all', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    const opened = Array.from({ length: count }, (_, at) => addRepository(app, `group/project-${at}`));
    const before = app.gitlab.requests.length;
    for (const one of opened) app.git.open(one);
    await all(app, isFresh);
    const own = app.gitlab.requests.slice(before).filter(({ path, body }) => `${path} ${body}`.includes('project-'));
    assert.ok(own.length <= 2 * count, `${own.length} requests`);
    app.gitlab.faults = [{ stall: 'beforeHeaders' }];
    await app.restart();
    await all(app, isShown);
    assert.deepEqual(app.api.repositories.filter(isFresh), []);
  });
});
