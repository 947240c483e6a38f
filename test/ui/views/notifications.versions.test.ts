import assert from 'node:assert/strict';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

describe('The first build that fails', () => {
  const apps = appsInTests();

  for (const profile of ['8.5', '18.9'] as const)
    it(`is announced on GitLab ${profile}, with the commit's title, while others still wait`, async () => {
      const app = await apps.ready({ gitlab: { profile } });
      editor().views[0]?.turn(false);
      app.gitlab.world.setStatus(app.small.builds.long, 'failed');
      await app.api.refresh();
      const message = await until('the message', () => editor().messages[0]);
      assert.match(message.text, /integration/);
      assert.match(message.text, /Test the CI integration/);
      assert.deepEqual([message.severity, message.modal], ['warning', false]);
      const statuses = app.api.repositories.flatMap(({ builds }) => builds.map(({ status }) => status));
      assert.ok(statuses.includes('pending'));
    });
});
