import assert from 'node:assert/strict';
import type { CancellationToken, Terminal, TerminalLink, Uri as VscodeUri } from 'vscode';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

const shownPath = (): string | undefined => editor().texts.editors.at(-1)?.document.uri.path;

describe('A vscode:// link', () => {
  const apps = appsInTests();
  const follow = async (rest: string): Promise<void> => {
    const uri = Uri.parse(`vscode://gitlab-builds.gitlab-builds${rest}`) as unknown as VscodeUri;
    await editor().uriHandlers[0]?.handleUri(uri);
  };

  it('shows a build, and changes nothing on GitLab', async () => {
    const app = await apps.ready();
    const { id } = app.small.builds.firstRspec;
    app.asked();
    await follow(`/open?url=${encodeURIComponent(`${app.gitlab.url}/group/sub.project/-/jobs/${id}`)}`);
    assert.equal(shownPath(), `/rspec #${id}.log`);
    assert.deepEqual(
      app.asked().filter((request) => !request.startsWith('GET ')),
      [],
    );
  });

  it('accepts a URL that is not encoded', async () => {
    const app = await apps.ready();
    const { id } = app.small.builds.firstRspec;
    await follow(`/open?url=${app.gitlab.url}/group/sub.project/-/jobs/${id}`);
    assert.equal(shownPath(), `/rspec #${id}.log`);
  });

  for (const rest of [
    '/open',
    '/open?url=',
    '/open?url=command%3AgitlabBuilds.signOut',
    '/open?url=file%3A%2F%2F%2Fetc%2Fpasswd',
    '/retry?build=1',
    '/?url=https%3A%2F%2Fgitlab.com%2Fa%2Fb%2F-%2Fjobs%2F1',
  ])
    it(`does nothing else: ${rest}`, async () => {
      const app = await apps.ready();
      app.asked();
      await follow(rest);
      assert.deepEqual(app.asked(), []);
      assert.match(editor().messages[0]?.text ?? '', /isn't a web address/);
    });

  it("asks first for a host that the user isn't signed in to", async () => {
    const app = await apps.ready();
    app.asked();
    const following = follow(`/open?url=${encodeURIComponent('https://git.example.org/a/b/-/jobs/1')}`);
    const question = await until('the question', () => editor().messages[0]);
    assert.equal(question.modal, true);
    question.close();
    await following;
    assert.deepEqual(app.asked(), []);
  });
});

describe('Links in terminals', () => {
  const apps = appsInTests();
  const links = async (line: string): Promise<readonly TerminalLink[]> => {
    const context = { line, terminal: {} as Terminal };
    return (await editor().terminalLinks[0]?.provideTerminalLinks(context, {} as CancellationToken)) ?? [];
  };
  const urlOf = (app: App): string => `${app.gitlab.url}/group/sub.project/-/jobs/${app.small.builds.firstRspec.id}`;

  it('are URLs of builds, and open them in VS Code', async () => {
    const app = await apps.ready();
    const [link, ...others] = await links(`remote:   ${urlOf(app)} `);
    assert.deepEqual([link?.startIndex, link?.length, others], [10, urlOf(app).length, []]);
    await editor().terminalLinks[0]?.handleTerminalLink(link!);
    assert.equal(shownPath(), `/rspec #${app.small.builds.firstRspec.id}.log`);
  });

  it("don't exist for other hosts, or while signed out", async () => {
    const app = await apps.ready();
    assert.deepEqual(await links('https://git.example.org/a/b/-/jobs/1'), []);
    await app.run('signOut', { instance: app.gitlab.url });
    await app.shows('signedOut');
    assert.deepEqual(await links(urlOf(app)), []);
  });
});
