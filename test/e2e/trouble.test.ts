import assert from 'node:assert/strict';
import { type Fault, brokenJson, htmlPage, rateLimited, serverError } from '../gitlab/faults';
import { smallProject } from '../gitlab/scenarios';
import { shaOf } from '../gitlab/seed';
import { type FakeGitLab, startGitLab } from '../gitlab/server';
import { quickInput, runCommand, statusBarItem, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { choice, eventually, message, titleButton, welcome } from './view';

describe('a GitLab that is gone', () => {
  const stage = useStage({ furnish: smallProject, settings: { 'gitlabBuilds.refresh.activeSeconds': 2 } });
  let successor: FakeGitLab | undefined;
  after(() => successor?.close());

  it('leaves the last builds in view, and says that they are old', async () => {
    const { page, gitlab, picture } = stage();
    await treeRow(page, /^Stage deploy/).waitFor();
    await gitlab.close();
    await titleButton(page, 'Refresh').click();
    await message(page)
      .getByText(/out of date, as of .*: Can't reach /)
      .waitFor();
    await picture('offline');
    assert.equal(await treeRow(page, /^spinach.*, failed/).count(), 1);
    await statusBarItem(page, /^GitLab Builds/)
      .locator('.codicon-history')
      .waitFor();
  });

  it('is asked again by itself, and when it is back the builds are fresh', async () => {
    const { page, gitlab, project, picture } = stage();
    successor = await startGitLab({ port: Number(new URL(gitlab.url).port) });
    const again = smallProject(successor.world, { sha: project.sha, ref: 'main' });
    successor.world.setStatus(again.builds.odd, 'success');
    await treeRow(page, /^Stage test, 1 running · 1 canceled · 2 passed/).waitFor();
    await picture('back');
    assert.match(await message(page).innerText(), /^main · [0-9a-f]{8}$/);
    assert.equal(
      await statusBarItem(page, /^GitLab Builds/)
        .locator('.codicon-history')
        .count(),
      0,
    );
  });
});

describe('a GitLab in trouble', () => {
  const stage = useStage({ furnish: smallProject });

  /** What the view says, and the button that it offers first. */
  const troubles: readonly (readonly [name: string, fault: Fault, text: RegExp, paths?: RegExp])[] = [
    ['too many requests', rateLimited({ retryAfter: 3 }), /rate limit was reached/],
    ['a server error', serverError(), /reported a server error/],
    ['a page in its place', htmlPage(), /not as GitLab's API/],
    ['an answer that cannot be read', brokenJson(), /Couldn't read the response/],
    ['no way to it', { reset: 'beforeHeaders' }, /can't be reached/],
    ['an unknown project', notFound(), /couldn't find this project/],
    ['CI that is off', forbidden(), /CI\/CD is off in this project/],
    ['a refusal', forbidden(), /don't have access to the builds/, /\/commits\/|\/projects\/[^/]+$/],
  ];

  for (const [name, fault, text, paths = /\/commits\//] of troubles) {
    it(`is told apart: ${name}`, async () => {
      const { page, gitlab, picture } = stage();
      await treeRow(page, /^Stage deploy/).waitFor();
      gitlab.faults = [{ ...fault, when: ({ path }) => paths.test(path) }];
      await show(unseen(name));
      await welcome(page).getByText(text).waitFor();
      await picture(`failed-${name.replaceAll(' ', '-')}`);
      gitlab.faults = [];
      await welcome(page)
        .locator('a')
        .filter({ hasText: /^try again$/i })
        .click();
      await treeRow(page, /^Stage test, 1 passed/).waitFor();
      await titleButton(page, 'Follow HEAD Again').click();
    });
  }

  it('that does not accept the token any more offers to sign in again', async () => {
    const { page, gitlab, project, picture } = stage();
    await treeRow(page, /^Stage deploy/).waitFor();
    const sha = unseen('no token');
    gitlab.world.setUserState(project.username, 'blocked');
    await show(sha);
    await welcome(page)
      .getByText(/rejected your token/)
      .waitFor();
    await picture('failed-token');
    gitlab.world.addUser({ username: 'renewed', token: 'renewed-token' });
    gitlab.world.setRole(project.project, 'renewed', 'developer');
    await welcome(page).getByRole('button', { name: 'Sign In Again' }).click();
    await choice(page, gitlab.url).click();
    const { input } = await quickInput(page);
    await page
      .locator('.quick-input-widget')
      .getByText(/(personal access|private) token for/)
      .waitFor();
    await input.fill('renewed-token');
    await input.press('Enter');
    await treeRow(page, /^Stage test, 1 passed/).waitFor();
  });

  /** A commit with a build, of which nothing is remembered. */
  function unseen(name: string): string {
    const { gitlab, project } = stage();
    const sha = shaOf(name);
    gitlab.world.addCommit(project.project, { sha });
    gitlab.world.addBuild(project.project, { sha, ref: 'main', name: 'rspec', status: 'success' });
    return sha;
  }

  async function show(sha: string): Promise<void> {
    const { page } = stage();
    await runCommand(page, 'GitLab Builds: Show Another Commit…');
    const { input } = await quickInput(page);
    await input.fill(sha);
    const typed = choice(page, `Show the builds of "${sha}"`);
    await eventually(() => typed.click({ timeout: 1000 }));
  }
});

function notFound(): Fault {
  return canned(404, { message: '404 Project Not Found' });
}

function forbidden(): Fault {
  return canned(403, { message: '403 Forbidden' });
}

function canned(status: number, body: unknown): Fault {
  return { answer: { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) } };
}
