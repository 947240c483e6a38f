import assert from 'node:assert/strict';
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RepositoryBuilds } from '../../../src/ui/api';
import { seedProject } from '../../gitlab/seed';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
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

  /** Stands in for git; returns a log with the folder after `+` or `-` for each start and end of a process. */
  function watchGit(app: App): () => readonly string[] {
    const [program, log] = [join(dirname(first.root), 'watched-git'), join(dirname(first.root), 'git.log')];
    writeFileSync(log, '');
    const lines = ['#!/bin/sh', `echo "+$PWD" >> '${log}'`, 'git "$@"', 'code=$?', `echo "-$PWD" >> '${log}'`];
    writeFileSync(program, [...lines, 'exit $code', ''].join('\n'));
    chmodSync(program, 0o755);
    app.git.git.path = program;
    return () => readFileSync(log, 'utf8').trim().split('\n');
  }

  const isShown = ({ state, builds }: RepositoryBuilds) => state === 'ready' && builds.length > 0;
  const isFresh = (one: RepositoryBuilds) => isShown(one) && one.stale === undefined;

  it('take two requests each, and are shown at the next start before GitLab responds at all', async () => {
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

  it("run four git processes at a time, the active repository's first, and redraw the view twice a turn at most", async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    const gitLog = watchGit(app);
    const opened = Array.from({ length: count }, (_, at) => addRepository(app, `group/project-${at}`));
    const active = opened.at(-1)?.rootUri.path ?? '';
    editor().activeFile = Uri.file(join(active, 'README.md'));
    const turns = new TurnCounts();
    app.api.onDidChange(() => (turns.changes += 1));
    await turns.during(async () => {
      for (const one of opened) app.git.open(one);
      await all(app, isFresh);
    });
    const [started, ended] = ['+', '-'].map((sign) => gitLog().filter((line) => line.startsWith(sign)).length);
    assert.equal(started, ended);
    assert.ok(maxAtOnce(gitLog()) <= 4, `${maxAtOnce(gitLog())} at a time`);
    const folders = [...new Set(gitLog().map((line) => line.slice(1)))];
    assert.ok(folders.indexOf(active) <= 5, `${folders.indexOf(active)} folders before the active one`);
    assert.ok(turns.maxChanges <= 2, `${turns.maxChanges} changes shown in one turn`);
  });
});

/** Largest number of processes that ran at a time, from the log of their starts and ends. */
function maxAtOnce(lines: readonly string[]): number {
  let [running, most] = [0, 0];
  for (const line of lines) {
    running += line.startsWith('+') ? 1 : -1;
    most = Math.max(most, running);
  }
  return most;
}

/** Counts what is shown in one turn of the event loop. */
class TurnCounts {
  changes = 0;
  maxChanges = 0;

  async during(work: () => Promise<unknown>): Promise<void> {
    let goes = true;
    const turn = (): void => {
      this.maxChanges = Math.max(this.maxChanges, this.changes);
      this.changes = 0;
      if (goes) setImmediate(turn);
    };
    setImmediate(turn);
    await work().finally(() => (goes = false));
  }
}
