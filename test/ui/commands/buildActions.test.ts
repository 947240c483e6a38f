import assert from 'node:assert/strict';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { reporterToken } from '../../gitlab/seed';
import { serverError } from '../../gitlab/faults';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { shortName } from '../../../src/ui/text/buildText';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

/** Messages on screen, with what they offer. */
function told(): readonly (readonly [string, string, readonly string[]])[] {
  return editor().messages.map(({ severity, text, buttons }) => [severity, text, buttons]);
}

describe('Retry', () => {
  const apps = appsInTests();

  it('reads the build, retries it, reads the new one and reloads the list', async () => {
    const app = await apps.ready();
    const { odd, deploy } = app.small.builds;
    app.asked();
    await app.run('retry', { build: odd.id });
    const made = deploy.id + 1;
    assert.deepEqual(app.asked(), [
      `GET builds/${odd.id}`,
      `POST builds/${odd.id}/retry`,
      `GET builds/${made}`,
      'GET commit',
    ]);
  });

  it('shows the new build in place of the old one, which becomes an attempt', async () => {
    const app = await apps.ready();
    const { odd } = app.small.builds;
    // The middle of its long name is left out.
    const label = (text: string) => text === shortName(odd.name);
    const before = (await app.rows()).find(({ item }) => label(item.label));
    await app.run('retry', before?.element);
    const rows = await app.rows();
    const after = rows.findIndex(({ item }) => label(item.label));
    assert.equal(rows[after]?.item.id, before?.item.id);
    assert.equal(rows[after]?.item.description, 'attempt 2');
    assert.equal(rows[after + 1]?.item.label, `#${odd.id}`);
  });

  it('shows the new build as soon as GitLab has created it, before reading it', async () => {
    const app = await apps.ready();
    const { odd, deploy } = app.small.builds;
    const made = deploy.id + 1;
    const shown: (boolean | undefined)[] = [];
    const look = ({ path }: { readonly path: string }): boolean => {
      if (path.endsWith(`/${made}`)) shown.push(app.api.repositories[0]?.builds.some(({ id }) => id === made));
      return false;
    };
    app.gitlab.faults = [{ when: look }];
    await app.run('retry', { build: odd.id });
    assert.deepEqual(shown, [true]);
  });

  it('reports success in the status bar, without a message', async () => {
    const app = await apps.ready();
    const { rspec, deploy } = app.small.builds;
    await app.run('retry', await app.row('rspec'));
    assert.deepEqual(editor().statusMessages, [`Retried rspec #${rspec.id} as #${deploy.id + 1}`]);
    assert.deepEqual(told(), []);
  });

  it('shows progress in the view until the result arrives', async () => {
    const app = await apps.ready();
    const before = editor().progress.length;
    await app.run('retry', await app.row('rspec'));
    const shown = editor()
      .progress.slice(before)
      .map(({ options, done }) => [options.location, done]);
    assert.deepEqual(shown, [[{ viewId: 'gitlabBuilds.builds' }, true]]);
  });

  it('reports a refusal in one message with its reason', async () => {
    const app = await apps.ready();
    app.gitlab.world.update(app.small.builds.rspec, { commands: false });
    await app.run('retry', await app.row('rspec'));
    const host = new URL(app.gitlab.url).host;
    const sentence = `${host} doesn't allow this: 403 Forbidden - Build is not retryable`;
    assert.deepEqual(told(), [['error', sentence, ['Show Log']]]);
  });

  it('shows the current state even after a refusal', async () => {
    const app = await apps.ready();
    app.gitlab.world.update(app.small.builds.rspec, { commands: false });
    app.gitlab.world.setStatus(app.small.builds.deploy, 'running');
    await app.run('retry', await app.row('rspec'));
    assert.ok((await app.drawn()).some((row) => row.startsWith('▸ deploy  1 running')));
  });

  it("is refused to a Reporter with GitLab's message", async () => {
    const app = await apps.ready({ token: reporterToken });
    await app.run('retry', await app.row('rspec'));
    assert.match(told()[0]?.[1] ?? '', /doesn't allow this: 403 Forbidden$/);
    assert.equal(told().length, 1);
  });

  it('does not try what has become impossible, and says why', async () => {
    const app = await apps.ready();
    app.gitlab.world.setStatus(app.small.builds.rspec, 'running');
    app.asked();
    await app.run('retry', await app.row('rspec'));
    const { id } = app.small.builds.rspec;
    assert.deepEqual(app.asked(), [`GET builds/${id}`, 'GET commit']);
    assert.deepEqual(told(), [['warning', `rspec #${id} is running and can't be retried.`, []]]);
  });

  it('is not sent twice when GitLab fails', async () => {
    const app = await apps.ready();
    app.gitlab.faults = [{ ...serverError(), when: ({ method }) => method === 'POST' }];
    await app.run('retry', await app.row('rspec'));
    assert.equal(app.asked().filter((request) => request.startsWith('POST')).length, 1);
    assert.match(told()[0]?.[1] ?? '', /reported a server error \(500\)/);
  });
});

describe('Cancel', () => {
  const apps = appsInTests();

  it("shows the build's new state before the others are loaded", async () => {
    const app = await apps.ready();
    app.gitlab.faults = [{ stall: 'beforeHeaders', when: ({ path }) => path.includes('/commits/') }];
    void app.run('cancel', await app.row('production'));
    await app.shows('ready', ({ builds }) => builds.at(-1)?.status === 'canceled');
  });

  it('shows the state that the build had before the action', async () => {
    const app = await apps.ready();
    app.gitlab.world.setStatus(app.small.builds.deploy, 'success');
    app.gitlab.faults = [{ stall: 'beforeHeaders', when: ({ path }) => path.includes('/commits/') }];
    void app.run('cancel', await app.row('production'));
    await app.shows('ready', ({ builds }) => builds.at(-1)?.status === 'success');
  });

  it('reads the build, cancels it, reads it again and reloads the list', async () => {
    const app = await apps.ready();
    const { id } = app.small.builds.deploy;
    app.asked();
    await app.run('cancel', await app.row('production'));
    assert.deepEqual(app.asked(), [`GET builds/${id}`, `POST builds/${id}/cancel`, `GET builds/${id}`, 'GET commit']);
    assert.deepEqual(editor().statusMessages, [`production #${id} is canceled`]);
  });
});

describe('Retry and Erase on later versions', () => {
  const apps = appsInTests();

  for (const profile of ['8.13', '13.9', '18.9'] as const) {
    const segment = profile === '8.13' ? 'builds' : 'jobs';

    it(`retries on ${profile}, and shows the new build in place of the old one`, async () => {
      const app = await apps.ready({ gitlab: { profile } });
      const { odd, deploy } = app.small.builds;
      app.asked();
      await app.run('retry', { build: odd.id });
      const made = deploy.id + 1;
      assert.deepEqual(app.asked().slice(0, 3), [
        `GET ${segment}/${odd.id}`,
        `POST ${segment}/${odd.id}/retry`,
        `GET ${segment}/${made}`,
      ]);
      const shown = app.api.repositories[0]?.builds.find(({ id }) => id === made);
      assert.deepEqual(
        shown?.attempts.map(({ id }) => id),
        [odd.id],
      );
    });

    it(`erases on ${profile}`, async () => {
      const app = await apps.ready({ gitlab: { profile } });
      const { id } = app.small.builds.compile;
      const running = app.run('erase', await app.row('compile'));
      (await until('the question', () => editor().messages[0])).press('Erase');
      await running;
      assert.equal(app.gitlab.world.build(id).artifacts, null);
      assert.deepEqual(editor().statusMessages, [`Erased compile #${id}`]);
    });
  }
});

describe('A build that triggers a downstream pipeline', () => {
  const apps = appsInTests();
  const start = async (profile: ProfileName): Promise<{ readonly app: App; readonly id: number }> => {
    const ids: number[] = [];
    const app = await apps.ready({
      gitlab: { profile },
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        ids.push(world.addBuild(project, { sha, kind: 'bridge', name: 'packages', status: 'failed' }).id);
      },
    });
    app.asked();
    return { app, id: ids[0]! };
  };

  it('is retried, although GitLab does not return it individually', async () => {
    const { app, id } = await start('18.9');
    await app.run('retry', await app.row('packages'));
    assert.deepEqual(app.asked(), [`POST jobs/${id}/retry`, 'POST /api/graphql']);
    assert.deepEqual([editor().statusMessages, told()], [[`Retried packages #${id} as #${id + 1}`], []]);
  });

  for (const profile of ['13.9', '15.9'] as const)
    it(`is not retried on ${profile}, which is too old for it`, async () => {
      const { app } = await start(profile);
      await app.run('retry', await app.row('packages'));
      const sentence = "This version of GitLab can't retry a build that triggers a pipeline.";
      assert.deepEqual(told(), [['warning', sentence, []]]);
    });

  for (const command of ['cancel', 'erase', 'keepArtifacts'] as const)
    it(`doesn't support ${command}, and says why`, async () => {
      const { app, id } = await start('18.9');
      await app.run(command, await app.row('packages'));
      const sentence = `packages #${id} triggers a downstream pipeline. Use this on that pipeline's builds.`;
      assert.deepEqual([told(), app.asked()], [[['warning', sentence, []]], []]);
    });
});
