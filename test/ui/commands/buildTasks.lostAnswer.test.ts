import assert from 'node:assert/strict';
import type { Fault } from '../../gitlab/faults';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

/** Messages on screen, with what they offer. */
function told(): readonly (readonly [string, readonly string[]])[] {
  return editor().messages.map(({ text, buttons }) => [text, buttons]);
}

const losing = (reset: 'unanswered' | 'beforeHeaders'): Fault => ({
  reset,
  when: ({ method, path }) => method === 'POST' && !path.endsWith('/graphql'),
});

describe('A command whose response is lost', () => {
  const apps = appsInTests();

  for (const profile of ['8.13', '18.9'] as const) {
    const segment = profile === '8.13' ? 'builds' : 'jobs';

    it(`looks for the retry's new attempt, and shows it, on ${profile}`, async () => {
      const app = await apps.ready({ gitlab: { profile } });
      const { odd, deploy } = app.small.builds;
      app.asked();
      app.gitlab.faults = [losing('unanswered')];
      await app.run('retry', { build: odd.id });
      const requests = [`GET ${segment}/${odd.id}`, `POST ${segment}/${odd.id}/retry`, `GET ${segment}`];
      assert.deepEqual([app.asked().slice(0, 3), told()], [requests, []]);
      const shown = app.api.repositories[0]?.builds.find(({ id }) => id === deploy.id + 1);
      assert.deepEqual(
        shown?.attempts.map(({ id }) => id),
        [odd.id],
      );
      assert.match(editor().statusMessages[0] ?? '', new RegExp(`^Retried .* as #${deploy.id + 1}$`));
    });

    it(`says that it failed if GitLab did nothing, on ${profile}`, async () => {
      const app = await apps.ready({ gitlab: { profile } });
      app.gitlab.faults = [losing('beforeHeaders')];
      await app.run('cancel', await app.row('production'));
      const { host } = new URL(app.gitlab.url);
      assert.deepEqual(told(), [[`The connection to ${host} was lost. Try again.`, ['Show Log']]]);
      assert.deepEqual(editor().statusMessages, []);
    });

    it(`says that a build may have been started if that is uncertain, and offers to refresh, on ${profile}`, async () => {
      const app = await apps.ready({ gitlab: { profile } });
      const { odd } = app.small.builds;
      let isLost = false;
      const when: Fault['when'] = ({ method, path }) => {
        isLost ||= method === 'POST' && !path.endsWith('/graphql');
        return isLost;
      };
      app.gitlab.faults = [{ reset: 'unanswered', when }];
      await app.run('retry', { build: odd.id });
      const [message] = editor().messages;
      assert.match(message!.text, /^".* #\d+" may have been started\. GitLab's response was lost\.$/);
      assert.deepEqual(message!.buttons, ['Refresh']);
      app.gitlab.faults = [];
      app.asked();
      message!.press('Refresh');
      await until('the refresh', () => app.asked().length > 0);
    });

    it(`checks the status of a pipeline, on ${profile}`, async () => {
      const app = await apps.ready({ gitlab: { profile } });
      const { pipelineId } = app.gitlab.world.build(app.small.builds.odd.id);
      app.gitlab.faults = [losing('unanswered')];
      await app.run('cancelActive');
      assert.ok(app.asked().includes(`GET pipelines/${pipelineId}`));
      assert.deepEqual([editor().statusMessages, told()], [[`Canceled pipeline #${pipelineId}`], []]);
    });
  }

  it('says that a pipeline that was already running may have been started', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    const { pipelineId } = app.gitlab.world.build(app.small.builds.odd.id);
    app.gitlab.faults = [losing('unanswered')];
    await app.run('retryFailed');
    const sentence = `"Pipeline #${pipelineId}" may have been started. GitLab's response was lost.`;
    assert.deepEqual(told(), [[sentence, ['Refresh']]]);
  });

  it('offers to refresh if it is one of several', async () => {
    const app = await apps.ready({
      gitlab: { profile: '18.9' },
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        for (const name of ['one', 'two']) world.addBuild(project, { sha, kind: 'bridge', name, status: 'failed' });
      },
    });
    const rows = [await app.row('one'), await app.row('two')];
    app.gitlab.faults = [{ ...losing('unanswered'), times: 1 }];
    await app.run('retry', rows[0], rows);
    const [sentence, buttons] = told()[0]!;
    assert.match(
      sentence,
      /^1 of 2 requests were refused or not confirmed\. (one|two) #\d+: ".*" may have been started/,
    );
    assert.deepEqual(buttons, ['Refresh']);
  });
});
