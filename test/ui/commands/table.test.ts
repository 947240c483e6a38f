import assert from 'node:assert/strict';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

const token = 'a-token-that-may-read';
const commands = [
  ...['retry', 'cancel', 'play', 'playWithVariables', 'erase', 'keepArtifacts', 'deleteArtifacts'],
  ...['retryFailed', 'cancelActive'],
];

describe('A read-only token', () => {
  const apps = appsInTests();
  const start = async (profile: '13.9' | '18.9') => {
    const app = await apps.ready({
      gitlab: { profile },
      token,
      prepare: ({ gitlab: { world }, small }) => {
        world.addToken({ token, user: small.username, scopes: ['read_api'] });
      },
    });
    if (profile === '18.9') await app.shows('ready', ({ readOnly }) => readOnly === true);
    app.asked();
    return app;
  };
  const told = () => editor().messages.map(({ text, buttons }) => [text, buttons]);

  for (const command of commands)
    it(`doesn't support ${command}, which is refused with advice, and nothing is sent`, async () => {
      const app = await start('18.9');
      await app.run(command);
      const host = new URL(app.gitlab.url).host;
      const sentence = `Your token for ${host} is read-only (scope read_api). Sign in again with one that has the scope api.`;
      assert.deepEqual([told(), app.asked()], [[[sentence, ['Sign In Again']]], []]);
      assert.deepEqual(editor().picks, []);
    });

  it('leads to the sign-in', async () => {
    const app = await start('18.9');
    await app.run('retry');
    editor().messages[0]?.press('Sign In Again');
    const pick = await until('the sign-in', () => editor().picks[0]);
    assert.equal(pick.options.placeHolder, 'Sign in to');
  });

  it('still opens and copies pages', async () => {
    const app = await start('18.9');
    await app.run('openInBrowser', await app.row('rspec'));
    assert.deepEqual([editor().opened.length, editor().messages], [1, []]);
  });

  it('is recognized by the first refusal if GitLab does not say so before, and then nothing more is sent', async () => {
    const app = await start('13.9');
    await app.run('retry', await app.row('rspec'));
    assert.deepEqual(told()[0]?.[1], ['Sign In Again']);
    assert.equal(app.asked().filter((request) => request.startsWith('POST')).length, 1);
    await app.run('retry', await app.row('rspec'));
    assert.match(String(told()[1]?.[0]), /is read-only/);
    assert.deepEqual(app.asked(), []);
  });

  it('is reported once for many builds, with advice', async () => {
    const app = await start('13.9');
    await app.run('retry', await app.row('test'));
    assert.deepEqual([told().length, told()[0]?.[1]], [1, ['Sign In Again']]);
  });
});
