import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { smallProject } from '../gitlab/scenarios';
import { startGitLab } from '../gitlab/server';
import { zip } from '../gitlab/zip';
import type { Release } from '../vscode/install';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { createWorkspace, git } from '../vscode/workspace';
import { contextMenu, modalDialog, notification, runCommand, screenshot, treeRow } from '../vscode/workbench';
import { startVSCodeWithExtension, useFixture, type OnTeardown } from './startWorkbench';
import { eventually } from './view';

const chatIsOn = { 'chat.disableAIFeatures': false };

const trace = 'step\n$ make\nsrc/a.c:3:2: error: no such thing\nERROR: Job failed: exit code 1\n';

/** As an agent: calls a tool, and says what it answers. It also notes how the chat is opened, where it is asked to. */
const main = `
const vscode = require('vscode');
const { writeFileSync } = require('node:fs');
exports.activate = ({ subscriptions }) => {
  const { AGENT_CALL, AGENT_ANSWER, AGENT_CHAT } = process.env;
  const call = async () => {
    const { name, input } = JSON.parse(AGENT_CALL);
    const options = { input, toolInvocationToken: undefined };
    const told = await vscode.lm.invokeTool(name, options).then(
      ({ content }) => content.map(({ value }) => value).join(''),
      (error) => 'refused: ' + error,
    );
    writeFileSync(AGENT_ANSWER, told);
  };
  subscriptions.push(vscode.commands.registerCommand('agent.call', call));
  if (AGENT_CHAT === undefined) return;
  const open = (...args) => writeFileSync(AGENT_CHAT, JSON.stringify(args));
  subscriptions.push(vscode.commands.registerCommand('workbench.action.chat.open', open));
};
`;

const manifest = {
  ...{ publisher: 'test', name: 'agent', version: '1.0.0', engines: { vscode: '^1.100.0' }, main: './main.js' },
  ...{ extensionKind: ['workspace'], activationEvents: ['onStartupFinished'] },
  contributes: { commands: [{ command: 'agent.call', title: 'Call', category: 'Agent' }] },
};

interface Setting {
  readonly release?: Release;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether the other extension replaces VS Code's chat. */
  readonly hasFakeChat?: boolean;
}

/** A window with an extension that calls the tools. */
async function withAgent({ release = 'newest', settings = {}, hasFakeChat }: Setting, onTeardown: OnTeardown) {
  const gitlab = await startGitLab({ profile: '18.9' });
  onTeardown(() => gitlab.close());
  const { folder, remove } = await createWorkspace();
  onTeardown(remove);
  const small = smallProject(gitlab.world, { sha: await git(folder, 'rev-parse', 'HEAD'), ref: 'main' });
  gitlab.world.update(small.builds.odd, { name: 'spinach', trace });
  await git(folder, 'remote', 'add', 'origin', `${gitlab.url}/${small.project.path}.git`);
  const temporary = temporaryFolder('agent-');
  onTeardown(temporary.remove);
  const [extension, answerFile, chatFile] = ['agent.vsix', 'answer', 'chat'].map((name) => join(temporary.path, name));
  assert.ok(extension !== undefined && answerFile !== undefined && chatFile !== undefined);
  const files = { 'extension/package.json': JSON.stringify(manifest), 'extension/main.js': main };
  await writeFile(extension, await zip(files, Date.now()));
  const env = {
    ...{ GITLAB_HOST: gitlab.url, GITLAB_TOKEN: small.token },
    AGENT_CALL: JSON.stringify({ name: 'gitlab-builds_retry', input: { build: small.builds.odd.id } }),
    AGENT_ANSWER: answerFile,
    ...(hasFakeChat === true && { AGENT_CHAT: chatFile }),
  };
  const opened = await startVSCodeWithExtension({ env, release, settings, extensions: [extension] }, onTeardown);
  const page = await opened.openWindow(folder);
  const posts = () => gitlab.requests.filter(({ method, path }) => method === 'POST' && !path.includes('graphql'));
  const answer = () => eventually(() => readFileSync(answerFile, 'utf8'));
  return { page, small, posts, answer, chatFile };
}

function clipboard(page: Page): Promise<string> {
  return page.evaluate<string>('navigator.clipboard.readText()');
}

/** Presses a button of the modal dialog that is open, as soon as it says so. */
async function press(page: Page, says: RegExp, button: string): Promise<void> {
  const dialog = modalDialog(page).filter({ hasText: says });
  const entry = dialog.getByRole('button', { name: button, exact: true });
  await entry.click();
  // The next question says the same.
  await entry.waitFor({ state: 'detached' });
}

describe('a VS Code with chat turned off', () => {
  const fixture = useFixture((onTeardown) => withAgent({}, onTeardown));
  const ours =
    /GitLab runs this build again: stage test, now failed, of main in group\/sub\.project on 127\.0\.0\.1:\d+\.\s*Requested by an agent\./;

  it('has Fix with Chat copy the failure, and say so', async () => {
    const { page } = fixture();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await contextMenu(page, treeRow(page, /^spinach, failed/), 'Fix with Chat');
    await notification(page, "Chat isn't available here. The failure was copied").waitFor();
    await screenshot(page, 'e2e-chat-off');
    assert.match(await clipboard(page), /^Why did this build fail[\s\S]*src\/a\.c:3:2: error: no such thing/);
  });

  it('has a tool that leaves a build alone if the user says no in the confirmation by GitLab Builds', async () => {
    const { page, posts, answer, small } = fixture();
    await treeRow(page, /^spinach, failed/).waitFor();
    await runCommand(page, 'Agent: Call');
    // VS Code asks first, in the same words.
    await modalDialog(page)
      .filter({ hasText: `Retry spinach #${small.builds.odd.id}?` })
      .waitFor();
    await screenshot(page, 'e2e-agent-asked-by-vscode');
    await press(page, /GitLab runs this build again/, 'Yes');
    await modalDialog(page).filter({ hasText: ours }).waitFor();
    await screenshot(page, 'e2e-agent-asked');
    await press(page, ours, 'Cancel');
    assert.match(await answer(), /The user didn't confirm it, so nothing was done/);
    assert.equal(posts().length, 0);
  });

  it('has a tool that retries a build once if the user confirms', async () => {
    const { page, posts, small } = fixture();
    await runCommand(page, 'Agent: Call');
    await press(page, /GitLab runs this build again/, 'Yes');
    await press(page, ours, 'Retry');
    await treeRow(page, /^spinach, pending/).waitFor();
    assert.deepEqual(
      posts().map(({ path }) => path.replace(/.*\/(\w+)\/(\d+)\/(\w+)$/, '$1 $2 $3')),
      [`jobs ${small.builds.odd.id} retry`],
    );
  });
});

for (const release of ['newest', 'oldest'] as const) {
  describe(`Fix with Chat in the ${release} VS Code`, () => {
    const fixture = useFixture((onTeardown) =>
      withAgent({ release, hasFakeChat: true, settings: chatIsOn }, onTeardown),
    );

    it('opens the chat with the failure, without sending it', async () => {
      const { page, chatFile } = fixture();
      await contextMenu(page, treeRow(page, /^spinach, failed/), 'Fix with Chat');
      await eventually(() => assert.ok(existsSync(chatFile)));
      const [options, ...more] = JSON.parse(readFileSync(chatFile, 'utf8')) as readonly Record<string, unknown>[];
      assert.deepEqual(more, []);
      const { query, ...rest } = options ?? {};
      assert.deepEqual(rest, { isPartialQuery: true });
      assert.match(String(query), /^Why did this build fail, and how can I fix it\?\n\n.*spinach/);
      assert.match(String(query), /src\/a\.c:3:2: error: no such thing/);
    });
  });

  describe(`Fix with Chat in the ${release} VS Code, whose chat has no model,`, () => {
    const fixture = useFixture((onTeardown) => withAgent({ release, settings: chatIsOn }, onTeardown));

    // The newest shows its chat, and the oldest nothing at all.
    it('copies the failure, too, and says so, without sending anything', async () => {
      const { page } = fixture();
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await contextMenu(page, treeRow(page, /^spinach, failed/), 'Fix with Chat');
      await notification(page, 'Chat has no model to answer. The failure was copied').waitFor();
      await screenshot(page, `e2e-chat-on-${release}`);
      const input = page.locator('.interactive-session .chat-input-container .view-line');
      if (release === 'newest')
        await input.filter({ hasText: 'Why\u00a0did\u00a0this\u00a0build\u00a0fail' }).waitFor();
      else assert.equal(await input.count(), 0);
      assert.equal(await page.locator('.interactive-request').count(), 0);
      assert.match(await clipboard(page), /^Why did this build fail[\s\S]*src\/a\.c:3:2: error: no such thing/);
    });
  });
}
